/**
 * Google Takeout puts a file beside each picture that says when it was taken: "lake.jpg" and "lake.jpg.json", or
 * "lake.jpg.supplemental-metadata.json", in names that it cuts and counts.
 */

const suffix = ".supplemental-metadata";
/** Names of sidecars are cut there, apart from their own extension and their number. */
const cutAt = 46;
/** Some writers count bytes, and letters may have several. */
const leastCutAt = 40;
/** An edited copy has no sidecar of its own. As Google calls it in the languages of its users. */
const editedSuffix =
  /-(?:edited|effects|smile|mix|bearbeitet|modifié|editado|editada|ha editado|modificato|bewerkt|edytowane|editat|編集済み|已修改|수정됨)(?=(?:\(\d+\))?\.[^.]*$)/i;

export const isSidecarName = (name: string): boolean => /\.json$/i.test(name);

/** The sidecars of one folder, to be found by the names of their pictures. */
export class Sidecars {
  readonly #names = new Map<string, string>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.#names.set(keyOf(name.replace(/\.json$/i, ""), numberAtEnd), name);
  }

  /** The name of the picture's sidecar; null where it has none. */
  find(picture: string): string | null {
    const name = picture.normalize("NFC");
    return this.#find(name) ?? this.#find(name.replace(editedSuffix, ""));
  }

  #find(picture: string): string | null {
    const { name, number } = numbered(picture, numberBeforeExtension);
    const beginnings = beginningsOf(name).map((beginning) => keyOf(beginning + number, numberAtEnd));
    const key = [...beginnings, keyOf(picture, nowhere)].find((candidate) => this.#names.has(candidate));
    return key === undefined ? null : (this.#names.get(key) ?? null);
  }
}

const numberAtEnd = /\(\d+\)$/;
const numberBeforeExtension = /\(\d+\)(?=\.[^.]*$)/;
const nowhere = /$^/;

/** What a sidecar may be called, but for its number and extension; what says most of the name first. */
function beginningsOf(name: string): string[] {
  const whole = name + suffix;
  const lengths = Array.from({ length: whole.length }, (_, n) => whole.length - n).filter(
    (length) => length >= name.length || (length >= leastCutAt && length <= cutAt),
  );
  return [...lengths.map((length) => whole.slice(0, length)), name.replace(/\.[^.]*$/, "")];
}

const keyOf = (text: string, pattern: RegExp): string => {
  const { name, number } = numbered(text, pattern);
  return `${name.normalize("NFC")}/${number}`;
};

/** Takeout writes the number of "lake(1).jpg" elsewhere in its sidecar's name: "lake.jpg(1).json". */
function numbered(text: string, pattern: RegExp): { name: string; number: string } {
  return { name: text.replace(pattern, ""), number: pattern.exec(text)?.[0] ?? "" };
}

/** ms since the epoch: when the picture was taken, by its sidecar; null where it does not say. */
export function readSidecar(json: string): number | null {
  try {
    const sidecar: unknown = JSON.parse(json);
    const seconds = Number(field(field(sidecar, "photoTakenTime"), "timestamp") ?? Number.NaN);
    return Number.isFinite(seconds) ? seconds * 1000 : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
