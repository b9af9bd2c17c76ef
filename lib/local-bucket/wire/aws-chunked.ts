import { createHash } from "node:crypto";
import { S3Error } from "./s3-error";

/** Checks the signatures of a body's chunks and of its trailer, in their order. Throws where one is wrong. */
export interface ChunkVerifier {
  checkChunk(sha256Hex: string, signature: string): void;
  checkTrailer(sha256Hex: string, signature: string): void;
}

/** How a body is framed. */
export interface Framing {
  /** What x-amz-decoded-content-length says. */
  decodedBytes: number;
  /** Where every chunk is signed. */
  signatures?: ChunkVerifier | undefined;
  /** Takes the trailer's fields, by lower-case name, without its signature. Not called where there is no trailer. */
  takeTrailer?: ((fields: [string, string][]) => void) | undefined;
}

const maxLineBytes = 8 * 1024;
const maxTrailerFields = 16;

/**
 * Takes the framing off a body that an SDK sends as aws-chunked: each chunk after a line with its length in hex, the
 * last of length 0, then the trailer. Bytes are given on before their chunk's signature came; whoever takes them must
 * not keep them until the end is reached.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  { decodedBytes, signatures, takeTrailer }: Framing,
): AsyncGenerator<Buffer> {
  const reader = new FrameReader(source);
  let bytes = 0;
  for (;;) {
    const { length, signature } = readChunkLine(await reader.line(), signatures !== undefined);
    bytes += length;
    if (bytes > decodedBytes)
      throw malformed(`more bytes than x-amz-decoded-content-length, ${decodedBytes}`);
    const hash = createHash("sha256");
    for await (const part of reader.bytes(length)) {
      if (signatures) hash.update(part);
      yield part;
    }
    signatures?.checkChunk(hash.digest("hex"), signature);
    if (length === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk must end with a line break");
  }
  if (bytes !== decodedBytes)
    throw malformed(`${bytes} bytes came, x-amz-decoded-content-length is ${decodedBytes}`);
  if (takeTrailer) takeTrailer(await readTrailer(reader, signatures));
  else if ((await reader.line()) !== "") throw malformed("the last chunk must end with a line break");
  if ((await reader.line()) !== undefined) throw malformed("there is something after its end");
}

function readChunkLine(line: string | undefined, signed: boolean): { length: number; signature: string } {
  const pattern = signed ? /^([0-9a-f]{1,12});chunk-signature=([0-9a-f]{64})$/i : /^([0-9a-f]{1,12})$/i;
  const [, length, signature = ""] = pattern.exec(line ?? "") ?? [];
  if (length === undefined) {
    throw malformed(`a chunk must start with its length in hex${signed ? " and ;chunk-signature=" : ""}`);
  }
  return { length: Number.parseInt(length, 16), signature };
}

async function readTrailer(
  reader: FrameReader,
  signatures: ChunkVerifier | undefined,
): Promise<[string, string][]> {
  const fields: [string, string][] = [];
  let signature: string | undefined;
  for (;;) {
    const line = await reader.line();
    if (line === "") break;
    const colon = line?.indexOf(":") ?? -1;
    // The signature is the last.
    if (line === undefined || colon < 1 || signature !== undefined || fields.length === maxTrailerFields) {
      throw malformedTrailer("it must be lines of name:value, and end with an empty one");
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (signatures && name === "x-amz-trailer-signature") signature = value;
    else fields.push([name, value]);
  }
  if (signatures) {
    if (signature === undefined) throw malformedTrailer("x-amz-trailer-signature must be its last line");
    const text = fields.map(([name, value]) => `${name}:${value}\n`).join("");
    signatures.checkTrailer(createHash("sha256").update(text).digest("hex"), signature);
  }
  return fields;
}

function malformed(why: string): S3Error {
  return new S3Error("IncompleteBody", `The aws-chunked body is not well-formed: ${why}.`);
}

/** Refuses a trailer that is not what it should be. */
export function malformedTrailer(why: string): S3Error {
  return new S3Error(
    "MalformedTrailerError",
    `The request contained trailing data that was not well-formed: ${why}.`,
  );
}

class FrameReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its end; undefined at the end of the body. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#rest.toString("latin1", 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > maxLineBytes) throw malformed("a line is too long");
      const more = await this.#source.next();
      if (more.done) return this.#rest.length === 0 ? undefined : this.#takeRest().toString("latin1");
      this.#rest = this.#rest.length === 0 ? more.value : Buffer.concat([this.#rest, more.value]);
    }
  }

  async *bytes(length: number): AsyncGenerator<Buffer> {
    let missing = length;
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const more = await this.#source.next();
        if (more.done) throw malformed("it ends within a chunk");
        this.#rest = more.value;
      }
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  #takeRest(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}
