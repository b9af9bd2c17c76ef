import type { NextRequest } from "next/server";
import { listFoundSizes, searchRangeShape } from "@/lib/images/search";
import { answerTimeline } from "../../../answer-timeline";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, searchRangeShape, listFoundSizes);
