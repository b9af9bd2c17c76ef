import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { failureOf } from "@/lib/actions";

export async function answerTimeline(
  request: NextRequest,
  answer: (viewer: Viewer, parameters: Record<string, string>) => Promise<unknown>,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const parameters = Object.fromEntries(request.nextUrl.searchParams);
    return Response.json(await answer(await requireViewer(), parameters), { headers });
  } catch (error) {
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}
