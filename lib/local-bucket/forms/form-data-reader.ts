import { malformedForm, type PartHead, readBoundary, readPartHead } from "./form-data-head";

const maxHeadBytes = 8 * 1024;

/**
 * Takes multipart/form-data (RFC 7578) apart as it comes: what precedes the first boundary, then a head and a content
 * for each part, until there is no head. Each is read to its end before the next.
 */
export class FormDataReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  // The first boundary needs no line break before it.
  #rest: Buffer = Buffer.from("\r\n");
  #position = -this.#rest.length;

  constructor(contentType: string, chunks: AsyncIterator<Buffer>) {
    this.#delimiter = Buffer.from(`\r\n--${readBoundary(contentType)}`);
    this.#chunks = chunks;
  }

  /** How many bytes of the body were read, boundaries included. */
  get position(): number {
    return this.#position;
  }

  /** The bytes up to the next boundary. */
  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      const found = this.#rest.indexOf(this.#delimiter);
      const end = found >= 0 ? found : this.#possibleDelimiter();
      if (end > 0) yield this.#take(end);
      if (found >= 0) {
        this.#take(this.#delimiter.length);
        return;
      }
      await this.#more();
    }
  }

  /** The head of the part behind a boundary; undefined behind the last, once the body has ended. */
  async head(): Promise<PartHead | undefined> {
    while (this.#rest.length < 2) await this.#more();
    if (this.#rest.toString("latin1", 0, 2) === "--") {
      while (!(await this.#chunks.next()).done);
      return undefined;
    }
    const limit = this.#position + maxHeadBytes;
    const padding = await this.#line(limit);
    if (!/^[ \t]*$/.test(padding.toString())) {
      throw malformedForm("a boundary is followed neither by a line break nor by two hyphens");
    }
    const lines: Buffer[] = [];
    for (let line = await this.#line(limit); line.length > 0; line = await this.#line(limit))
      lines.push(line);
    return readPartHead(lines);
  }

  async #line(limit: number): Promise<Buffer> {
    for (;;) {
      const length = this.#rest.indexOf("\r\n");
      if (this.#position + (length >= 0 ? length : this.#rest.length) > limit) {
        throw malformedForm(`the headers of a part have more than ${maxHeadBytes} bytes`);
      }
      if (length >= 0) return this.#take(length + 2).subarray(0, length);
      await this.#more();
    }
  }

  /** Where, at the end of the bytes at hand, a delimiter may have begun. Nothing but its first byte is a CR. */
  #possibleDelimiter(): number {
    const tail = this.#rest.subarray(-this.#delimiter.length);
    const start = tail.lastIndexOf("\r");
    const begun = start >= 0 && this.#delimiter.indexOf(tail.subarray(start)) === 0;
    return this.#rest.length - (begun ? tail.length - start : 0);
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#position += length;
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw malformedForm("it ends before its last boundary");
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, value]) : value;
  }
}
