import type { NextRequest } from "next/server";
import type { z } from "zod";
import { requireViewer } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { answerJson, parse } from "@/lib/actions";

/** Answers with what a timeline asks for while one scrolls: what it says in its address is checked, then the verb is called. */
export function answerTimeline<S extends z.ZodType>(
  request: NextRequest,
  shape: S,
  verb: (viewer: Viewer, asked: z.output<S>) => Promise<unknown>,
): Promise<Response> {
  return answerJson(async () => {
    const viewer = await requireViewer();
    return verb(viewer, parse(shape, Object.fromEntries(request.nextUrl.searchParams)));
  });
}

/** Whether a part of a timeline is asked for, and no page. */
export const asksForPart = (request: NextRequest): boolean => request.nextUrl.searchParams.has("section");
