import { S3Error } from "./s3-error";

const maxLineBytes = 8 * 1024;
const maxTrailers = 16;

/**
 * Takes the framing off a body that an SDK sends as aws-chunked: each chunk after a line with its length in hex, the
 * last of length 0, then trailers.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  decodedBytes: number,
  takeTrailers: (trailers: [string, string][]) => void,
): AsyncGenerator<Buffer> {
  const reader = new FrameReader(source);
  let bytes = 0;
  for (;;) {
    const line = await reader.line();
    const size = /^([0-9a-f]{1,12})(;.*)?$/i.exec(line ?? "")?.[1];
    if (size === undefined) throw malformed("a chunk must start with its length in hex");
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    bytes += length;
    if (bytes > decodedBytes)
      throw malformed(`more bytes than x-amz-decoded-content-length, ${decodedBytes}`);
    yield* reader.bytes(length);
    if ((await reader.line()) !== "") throw malformed("a chunk must end with a line break");
  }
  if (bytes !== decodedBytes)
    throw malformed(`${bytes} bytes came, x-amz-decoded-content-length is ${decodedBytes}`);
  takeTrailers(await readTrailers(reader));
}

async function readTrailers(reader: FrameReader): Promise<[string, string][]> {
  const trailers: [string, string][] = [];
  for (;;) {
    const line = await reader.line();
    if (!line) return trailers;
    const colon = line.indexOf(":");
    if (colon < 1 || trailers.length === maxTrailers) throw malformed("the trailer cannot be read");
    trailers.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }
}

function malformed(why: string): S3Error {
  return new S3Error("IncompleteBody", `The aws-chunked body is not well-formed: ${why}.`);
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
