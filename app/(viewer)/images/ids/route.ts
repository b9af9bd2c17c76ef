import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { listSizes, sizesShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../timeline-answers";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, async (viewer, parameters) => listSizes(viewer, parse(sizesShape, parameters)));
