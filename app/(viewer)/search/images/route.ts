import type { NextRequest } from "next/server";
import { getFoundPart, listFound, searchPartShape } from "@/lib/images/search";
import { searchShape } from "@/lib/images/search-shape";
import { answerTimeline, asksForPart } from "../../answer-timeline";
import { answerFurtherPage } from "../../further-page";

export function GET(request: NextRequest): Promise<Response> {
  if (asksForPart(request)) return answerTimeline(request, searchPartShape, getFoundPart);
  const search = searchShape.parse(Object.fromEntries(request.nextUrl.searchParams));
  return answerFurtherPage(request, (viewer, after) => listFound(viewer, search, after));
}
