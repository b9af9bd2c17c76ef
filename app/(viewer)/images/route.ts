import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import { failureOf } from "@/lib/actions";
import { listImages } from "@/lib/images/gallery";
import { cursorOf } from "../cursor";

/** A further page of the gallery, as the gallery fetches it while one scrolls. */
export async function GET(request: NextRequest): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const page = await listImages(
      await requireViewer(),
      cursorOf(request.nextUrl.searchParams.get("before")),
    );
    return Response.json(page, { headers });
  } catch (error) {
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}
