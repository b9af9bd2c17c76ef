/** What is beyond is not searched for. */
const maxQueryLength = 500;
const maxWords = 24;
/** Marks in the searched texts are made of these (migration 0013), so nobody may ask for them. */
const ofMarks = /[\p{Cc}\p{Co}\p{Zl}\p{Zp}]+/gu;
/** Embeddings, overrides and isolates, which names lack as well. */
const directionControls = /[\u202a-\u202e\u2066-\u2069]/g;
/** Around words: quotation marks, which some type for a phrase, and what cannot be seen, which comes along where text is copied. */
const around =
  /^["“”„«»「」『』\p{Default_Ignorable_Code_Point}]+|["“”„«»「」『』\p{Default_Ignorable_Code_Point}]+$/gu;

/**
 * The words of a query, each once: whatever is between spaces, so that nothing is an operator. Accents alone are none: each text has
 * nothing somewhere.
 */
export function wordsOf(query: string): string[] {
  const words = query
    .slice(0, maxQueryLength)
    .replace(/[\ud800-\udbff]$/, "")
    .toWellFormed()
    .replaceAll(directionControls, "")
    .replaceAll(ofMarks, " ")
    .normalize("NFC")
    .split(/\s+/)
    .map((word) => word.replaceAll(around, ""))
    .filter((word) => foldText(word) !== "");
  return [...new Set(words)].slice(0, maxWords);
}

/** Without case and accents, as near to what the index does as JavaScript has it. */
export const foldText = (text: string): string =>
  text
    .normalize("NFD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();

/** Whether it is too short to have three characters in a row, of which the index is made. */
export const isShort = (word: string): boolean => [...foldText(word)].length < 3;

/** How a short word may begin what stands in the index. */
export const beginningsOf = (word: string): string[] => [...new Set([word.toLowerCase(), foldText(word)])];

/** A phrase of FTS5: nothing in it is an operator, nor a NUL, which would end the query. */
const phrase = (text: string): string => `"${text.replaceAll('"', '""').replaceAll("\0", " ")}"`;

const any = (alternatives: string[]): string => `(${alternatives.join(" OR ")})`;

const mark = (...codes: number[]): string => phrase(String.fromCodePoint(2, ...codes));
const flag = (number: number): string => mark(0xe000, 0xe000 + number);

/** The marks of migration 0013. */
export const marks = {
  favourite: flag(1),
  landscape: flag(2),
  portrait: flag(3),
  square: flag(4),
  inNoAlbum: flag(5),
  any: flag(6),
  type: (type: string): string => mark(...[6, 7].map((at) => 0xe100 + (type.codePointAt(at) ?? 0))),
  album: (number: number): string => mark(0xf0000 + Math.floor(number / 65000), 0xf0000 + (number % 65000)),
  camera: (camera: string): string => phrase(`\u0003${camera}\u0003`),
};

export interface SearchableAlbum {
  id: string;
  name: string;
  /** of its mark; null where it never had a picture */
  number: number | null;
  isDeleted: boolean;
}

/** What is to hold of each picture that is found. */
export interface Wanted {
  words: string[];
  type?: string | undefined;
  camera?: string | undefined;
  favourite?: boolean | undefined;
  /** `none`: in no album */
  album?: string | undefined;
  orientation?: "landscape" | "portrait" | "square" | undefined;
}

/**
 * The query of FTS5 for it; null where nothing can match. `termsOf` gives the three characters of the index that begin with a
 * short word.
 */
export function matchOf(
  wanted: Wanted,
  albums: SearchableAlbum[],
  termsOf: (word: string) => string[],
): string | null {
  const present = albums.filter(({ isDeleted }) => !isDeleted);
  const conditions: string[][] = wanted.words.map((word) => {
    const folded = foldText(word);
    return [
      ...(isShort(word) ? termsOf(word).map(phrase) : [phrase(word)]),
      ...marksOf(present.filter(({ name }) => foldText(name).includes(folded))),
    ];
  });
  if (wanted.type !== undefined) conditions.push([marks.type(wanted.type)]);
  if (wanted.camera !== undefined) conditions.push([marks.camera(wanted.camera)]);
  if (wanted.favourite) conditions.push([marks.favourite]);
  if (wanted.orientation !== undefined) conditions.push([marks[wanted.orientation]]);
  if (wanted.album === "none") conditions.push(inNone(albums));
  else if (wanted.album !== undefined)
    conditions.push(marksOf(present.filter(({ id }) => id === wanted.album)));
  if (conditions.some((alternatives) => alternatives.length === 0)) return null;
  return conditions.length === 0 ? marks.any : conditions.map(any).join(" AND ");
}

const marksOf = (albums: SearchableAlbum[]): string[] =>
  albums.flatMap(({ number }) => (number === null ? [] : [marks.album(number)]));

/** What is in the trash is an album still for the marks, and none for people. */
function inNone(albums: SearchableAlbum[]): string[] {
  const [gone, present] = [true, false].map((is) =>
    marksOf(albums.filter(({ isDeleted }) => isDeleted === is)),
  );
  if (!gone?.length) return [marks.inNoAlbum];
  return [marks.inNoAlbum, present?.length ? `(${any(gone)} NOT ${any(present)})` : any(gone)];
}
