import type { NextRequest } from "next/server";
import { requireViewer } from "@/lib/accounts/session-cookie";
import { answerJson, parse } from "@/lib/actions";
import { imageIdShape } from "@/lib/images/image";
import { getDetails } from "../get-details";

/** What a panel of facts fetches over the gallery. */
export function GET(
  _request: NextRequest,
  { params }: RouteContext<"/images/[id]/details">,
): Promise<Response> {
  return answerJson(async () => {
    const id = parse(imageIdShape, (await params).id);
    return getDetails(await requireViewer(), id);
  });
}
