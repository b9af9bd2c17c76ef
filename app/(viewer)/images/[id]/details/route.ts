import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import { failureOf, parse } from "@/lib/actions";
import { imageIdShape } from "@/lib/images/image";
import { getDetails } from "../get-details";

/** What a panel of facts fetches over the gallery. */
export async function GET(
  _request: NextRequest,
  { params }: RouteContext<"/images/[id]/details">,
): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    const id = parse(imageIdShape, (await params).id);
    return Response.json(await getDetails(await requireViewer(), id), { headers });
  } catch (error) {
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}
