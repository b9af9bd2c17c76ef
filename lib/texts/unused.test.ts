import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { english } from "./english";

const projectDir = path.resolve(import.meta.dirname, "..", "..");

/** Worded by codes, which come from the server: a code counts as used where the sources name it. */
const byCode = ["errors", "waiting"];

test("every message is used: a file that asks for its place names its key", () => {
  const sources = ["app", "lib"].flatMap(sourcesUnder).map((file) => readFileSync(file, "utf8"));
  const unused = Object.entries(english).flatMap(([place, texts]) => {
    const asking = sources.filter((source) => source.includes(`Texts("${place}")`));
    const where = byCode.includes(place) ? sources : asking;
    return Object.keys(texts)
      .filter((key) => !where.some((source) => new RegExp(`"${key}"|^\\s+${key}: `, "m").test(source)))
      .map((key) => `${place}.${key}`);
  });
  expect(unused).toEqual([]);
});

function sourcesUnder(folder: string): string[] {
  return readdirSync(path.join(projectDir, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(projectDir, folder, name))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".test.ts") && !file.includes("/lib/texts/"));
}
