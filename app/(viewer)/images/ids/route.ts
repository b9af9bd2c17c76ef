import type { NextRequest } from "next/server";
import { listSizes, rangeShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../answer-timeline";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, rangeShape, listSizes);
