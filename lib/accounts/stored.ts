import "server-only";
import { env } from "@/lib/env";

/** How much one person may store. */
export const quotaBytes = (): number => env().userQuotaBytes;
