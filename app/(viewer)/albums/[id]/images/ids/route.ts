import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { albumIdShape } from "@/lib/albums/albums";
import { listAlbumSizes } from "@/lib/albums/timeline";
import { rangeShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../../../answer-timeline";

type Context = RouteContext<"/albums/[id]/images/ids">;

export const GET = (request: NextRequest, { params }: Context): Promise<Response> =>
  answerTimeline(request, rangeShape, async (viewer, asked) =>
    listAlbumSizes(viewer, parse(albumIdShape, (await params).id), asked),
  );
