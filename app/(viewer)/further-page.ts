import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { failureOf } from "@/lib/actions";
import type { Cursor, GalleryPage } from "@/lib/images/contract";
import { cursorOf } from "./cursor";

/** Answers with a further page of a gallery, as the gallery fetches it while one scrolls. */
export async function answerFurtherPage(
  request: NextRequest,
  list: (viewer: Viewer, after: Cursor | null) => Promise<GalleryPage>,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const page = await list(await requireViewer(), cursorOf(request.nextUrl.searchParams.get("before")));
    return Response.json(page, { headers });
  } catch (error) {
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}
