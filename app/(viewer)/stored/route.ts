import { requireViewer } from "@/lib/accounts/session-cookie";
import { answerJson } from "@/lib/actions";
import { storedOf } from "../_frame/stored-of";

/** How much is stored now, for a menu whose page came a while ago. */
export const GET = (): Promise<Response> => answerJson(async () => storedOf(await requireViewer()));
