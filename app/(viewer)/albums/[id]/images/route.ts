import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { albumIdShape, listAlbumImages } from "@/lib/albums/albums";
import { getAlbumPart } from "@/lib/albums/timeline";
import { partShape } from "@/lib/images/timeline";
import { answerTimeline, asksForPart } from "../../../answer-timeline";
import { answerFurtherPage } from "../../../further-page";

type Context = RouteContext<"/albums/[id]/images">;

export const GET = (request: NextRequest, { params }: Context): Promise<Response> =>
  asksForPart(request)
    ? answerTimeline(request, partShape, async (viewer, asked) =>
        getAlbumPart(viewer, parse(albumIdShape, (await params).id), asked),
      )
    : answerFurtherPage(request, async (viewer, after) =>
        listAlbumImages(viewer, parse(albumIdShape, (await params).id), after),
      );
