import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { listImages } from "@/lib/images/gallery";
import { getPart, partShape } from "@/lib/images/timeline";
import { answerFurtherPage } from "../further-page";
import { answerTimeline } from "../timeline-answers";

export const GET = (request: NextRequest): Promise<Response> =>
  request.nextUrl.searchParams.has("section")
    ? answerTimeline(request, async (viewer, parameters) => getPart(viewer, parse(partShape, parameters)))
    : answerFurtherPage(request, listImages);
