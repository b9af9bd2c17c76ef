import type { NextRequest } from "next/server";
import { parse } from "@/lib/actions";
import { listSections, timelineOrderShape } from "@/lib/images/timeline";
import { answerTimeline } from "../../timeline-answers";

export const GET = (request: NextRequest): Promise<Response> =>
  answerTimeline(request, async (viewer, parameters) => {
    const order = parse(timelineOrderShape, parameters.order);
    return { order, sections: await listSections(viewer, order) };
  });
