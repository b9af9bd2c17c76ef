import "server-only";
import { readFileSync } from "node:fs";
import { isInFilter } from "./filter";

let filter: Uint8Array | undefined;

/** Whether it is one of the passwords that people choose most, and that are guessed first. */
export function isCommonPassword(password: string): boolean {
  filter ??= readFileSync(new URL("./common-passwords.bin", import.meta.url));
  return isInFilter(filter, password);
}
