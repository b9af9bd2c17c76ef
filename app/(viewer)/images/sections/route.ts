import type { NextRequest } from "next/server";
import { listSections, sectionsShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../answer-timeline";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, sectionsShape, listSections);
