import "server-only";
import data from "./common-passwords.json" with { type: "json" };
import { isInFilter } from "./filter";

let filter: Uint8Array | undefined;

/** Whether it is one of the passwords that people choose most, and that are guessed first. */
export function isCommonPassword(password: string): boolean {
  filter ??= Buffer.from(data.filter, "base64");
  return isInFilter(filter, password);
}
