import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { english } from "./english";

const projectDir = path.resolve(import.meta.dirname, "..", "..");

/** Worded by codes, which come from the server: a code counts as used where the sources name it. */
const byCode = ["errors", "waiting"];

const sources = ["app", "lib"].flatMap(sourcesUnder).map((file) => readFileSync(file, "utf8"));

test("every message is used: what words its place is called with its key", () => {
  const unused = Object.entries(english).flatMap(([place, texts]) => {
    const isSaid = byCode.includes(place) ? isNamed : isAsked(place);
    return Object.keys(texts)
      .filter((key) => !isSaid(key))
      .map((key) => `${place}.${key}`);
  });
  expect(unused).toEqual([]);
});

test.each([
  [`const texts = useTexts("album"); texts("title")`, true],
  [`(await getTexts("album"))("title")`, true],
  [`const texts = await getTexts("album"); texts.rich(isNew ? "name" : "title", {})`, true],
  [`const key = "title"; const texts = useTexts("album"); texts(key)`, true],
  [`const texts = createTranslator(language, messages, "album"); texts("title")`, true],
  [`const texts = useTexts("album"); show("title"); texts("name")`, false],
  [`const texts = useTexts("album"); const other = useTexts("image"); other("title")`, false],
  [`import { album } from "@/lib/texts/en/album"; const texts = album; texts.title`, true],
  [`import { album } from "@/lib/texts/en/album"; const texts = album; texts.name`, false],
])("of %s the title is used: %s", (source, isUsed) => {
  expect(keysAskedIn(source, "album").includes("title")).toBe(isUsed);
});

const isNamed = (key: string) =>
  sources.some((source) => new RegExp(`"${key}"|^\\s+${key}: `, "m").test(source));

function isAsked(place: string): (key: string) => boolean {
  const asked = new Set(sources.flatMap((source) => keysAskedIn(source, place)));
  return (key) => asked.has(key);
}

/** The keys with which a file calls what words the place; all its strings where a key is not written into the call. */
function keysAskedIn(source: string, place: string): string[] {
  const bound = [
    ...source.matchAll(
      new RegExp(`const (\\w+) = (?:await )?\\w+(?:Texts|Translator)\\((?:[^;]*, )?"${place}"\\)`, "g"),
    ),
  ];
  const callers = [...bound.map(([, name]) => `\\b${name}(?:\\.rich)?`), `Texts\\("${place}"\\)\\)`];
  // Who takes a place's texts as they stand reads them by their names.
  if (source.includes(`/texts/en/${place}"`))
    return [...source.matchAll(/\btexts\.(\w+)/g)].map(([, key = ""]) => key);
  const calls = [...source.matchAll(new RegExp(`(?:${callers.join("|")})\\(`, "g"))];
  const keys = calls.map(({ index, 0: call }) => stringsIn(argumentsAt(source, index + call.length)));
  return keys.some((strings) => strings.length === 0) ? stringsIn(source) : keys.flat();
}

const stringsIn = (source: string): string[] => [...source.matchAll(/"(\w+)"/g)].map(([, text = ""]) => text);

/** From behind a parenthesis to the one that closes it. */
function argumentsAt(source: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < source.length; end += 1) {
    if (source[end] === "(") depth += 1;
    if (source[end] === ")") depth -= 1;
  }
  return source.slice(start, end);
}

function sourcesUnder(folder: string): string[] {
  return readdirSync(path.join(projectDir, folder), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(projectDir, folder, name))
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".test.ts") && !file.includes("/lib/texts/"));
}
