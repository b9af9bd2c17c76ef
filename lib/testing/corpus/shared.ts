import type { CorpusFile, Shown } from "./quadrants";

/** More than any reader may hold at once. */
export const xmp17Mb = Buffer.alloc(17_000_000, "<rdf:li>a long history of edits   </rdf:li>\n");
/** What phones put behind a picture. */
export const film = Buffer.alloc(5000, "\0\0\0\x18ftypmp42", "latin1");

export type Named = [name: string, bytes: Buffer, shown: Shown | null];
export const filesOf = (extension: string, named: Named[]): CorpusFile[] =>
  named.map(([name, bytes, right]) => ({ name: `${name}.${extension}`, bytes, shown: right }));
export const half = (file: Buffer): Buffer => file.subarray(0, file.length / 2);
