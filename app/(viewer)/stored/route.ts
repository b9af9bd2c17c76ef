import { requireViewer } from "@/lib/accounts/session-cookie";
import { failureOf } from "@/lib/actions";
import { storedOf } from "../_frame/stored-of";

/** How much is stored now, for a menu whose page came a while ago. */
export async function GET(): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    return Response.json(await storedOf(await requireViewer()), { headers });
  } catch (error) {
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}
