import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { albumIdShape } from "@/lib/albums/albums";
import { listAlbumSections } from "@/lib/albums/timeline";
import { sectionsShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../../../answer-timeline";

type Context = RouteContext<"/albums/[id]/images/sections">;

export const GET = (request: NextRequest, { params }: Context): Promise<Response> =>
  answerTimeline(request, sectionsShape, async (viewer) =>
    listAlbumSections(viewer, parse(albumIdShape, (await params).id)),
  );
