import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { answerJson } from "@/lib/actions";
import type { Cursor, GalleryPage } from "@/lib/images/contract";
import { cursorOf } from "./cursor";

/** Answers with a further page of a gallery, as the gallery fetches it while one scrolls. */
export function answerFurtherPage(
  request: NextRequest,
  list: (viewer: Viewer, after: Cursor | null) => Promise<GalleryPage>,
): Promise<Response> {
  return answerJson(async () =>
    list(await requireViewer(), cursorOf(request.nextUrl.searchParams.get("before"))),
  );
}
