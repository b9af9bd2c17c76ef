import type { NextRequest } from "next/server";
import { listFoundSections, searchSectionsShape } from "@/lib/images/search";
import { answerTimeline } from "../../../answer-timeline";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, searchSectionsShape, listFoundSections);
