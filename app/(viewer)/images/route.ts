import type { NextRequest } from "next/server";
import { listImages } from "@/lib/images/gallery";
import { getPart, partShape } from "@/lib/images/timeline";
import { answerTimeline, asksForPart } from "../answer-timeline";
import { answerFurtherPage } from "../further-page";

export const GET = (request: NextRequest): Promise<Response> =>
  asksForPart(request) ? answerTimeline(request, partShape, getPart) : answerFurtherPage(request, listImages);
