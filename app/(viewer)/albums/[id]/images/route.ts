import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { albumIdShape, listAlbumImages } from "@/lib/albums/albums";
import { answerFurtherPage } from "../../../further-page";

export const GET = (
  request: NextRequest,
  { params }: RouteContext<"/albums/[id]/images">,
): Promise<Response> =>
  answerFurtherPage(request, async (viewer, after) =>
    listAlbumImages(viewer, parse(albumIdShape, (await params).id), after),
  );
