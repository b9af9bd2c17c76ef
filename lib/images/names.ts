/** Embeddings, overrides and isolates: text with them can look like other text. */
const directionControls = /[\u202a-\u202e\u2066-\u2069]/g;
/** Line and paragraph separators among them: one line it is. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** All of these together show nothing: spaces, marks of direction, joiners, fillers, the blank of Braille. */
const unseen = /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Text fit to be shown: in one line, without controls, at most `max` characters. Empty where there is nothing to be seen. */
export function cleanText(text: string, max: number): string {
  const clean = cut(plain(text).trim(), max);
  return unseen.test(clean) ? "" : clean;
}

/** The same in as many lines as there are: what is blank before and after them goes. */
export function cleanLines(text: string, max: number): string {
  const lines = text.split(/\r\n?|[\n\u2028\u2029]/).map((line) => plain(line).trimEnd());
  return cut(lines.join("\n").replace(/^\n+/, "").trimEnd(), max);
}

const plain = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(directionControls, "")
    .replaceAll(controls, " ")
    // After what stood between a letter and its accent is gone.
    .normalize("NFC");

const cut = (text: string, max: number): string => [...text].slice(0, max).join("").trimEnd();

/** A file name fit to be shown and offered for download: as cleanText, without slashes; its extension outlives the cut. */
export function cleanName(name: string, max: number): string {
  const clean = cleanText(name, Number.POSITIVE_INFINITY).replaceAll(/[/\\]/g, "-");
  const extension = extensionOf(clean);
  const stem = clean.slice(0, clean.length - extension.length);
  return cleanText(stem, max - extension.length) + extension || "picture";
}

/** What a picture is called until its owner names it: its file name without the extension. */
export function titleOf(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length);
}

function extensionOf(name: string): string {
  return /.(\.[A-Za-z0-9]{1,5})$/.exec(name)?.[1] ?? "";
}
