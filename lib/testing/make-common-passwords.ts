import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { addToFilter, filterBytes } from "@/lib/accounts/common-passwords/filter";
import { maxPasswordLength, minPasswordLength } from "@/lib/accounts/password-length";

/**
 * Makes lib/accounts/common-passwords/common-passwords.json of lists of passwords, which are files of lines (also gzipped) or of
 * one JSON array: see "Common passwords" in lib/accounts/README.md.
 */
const passwords = new Set(process.argv.slice(2).flatMap(passwordsIn).filter(isLongEnough));
const filter = new Uint8Array(filterBytes);
for (const password of passwords) addToFilter(filter, password);
const target = new URL("../accounts/common-passwords/common-passwords.json", import.meta.url);
// Text, as a bundle takes it along.
writeFileSync(target, `${JSON.stringify({ filter: Buffer.from(filter).toString("base64") }, null, 2)}\n`);
console.log(`${passwords.size} passwords, ${filter.length} bytes`);

function passwordsIn(file: string): string[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  const lines: string[] = file.endsWith(".json") ? JSON.parse(text) : text.split(/\r?\n/);
  return lines.map((line) => line.toLowerCase());
}

/** Shorter and longer ones are refused anyway. */
function isLongEnough({ length }: string): boolean {
  return length >= minPasswordLength && length <= maxPasswordLength;
}
