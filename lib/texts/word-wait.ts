import type { ErrorCode } from "@/lib/error-codes";
import { none, type TextsByCode } from "./word-failure";

/**
 * Why something waits that goes on by itself: the same causes, but there is nothing to do.
 *
 * @param texts of `waiting`
 * @param errors what is said of a cause that reads the same in either case
 */
export function wordWait(texts: unknown, errors: unknown, code: ErrorCode): string {
  const known = [texts, errors].map((some) => some as TextsByCode).find((some) => some.has(code));
  return known === undefined ? (errors as TextsByCode)("unknown", none) : known(code, none);
}
