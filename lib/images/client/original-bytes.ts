import type { Gate } from "./gate";

/** A picture that is not there any more. */
export class Vanished extends Error {}

export interface OriginalSource {
  bytes: number;
  /** Where it is; null where it is not there any more. @param anew whether the last one was refused */
  url(anew: boolean): Promise<string | null>;
}

/** A connection over which nothing comes for so long is given up. */
const stallMs = 30_000;
/** So often fresh URLs are asked for, one after another, of what the bucket gives to nobody. */
const maxRefusals = 2;

/**
 * The bytes of an original, as they come from the bucket. A connection that breaks is made anew from where it broke. Throws Vanished
 * where the picture is gone, which can be in the middle; what holds for all pictures, it waits for at the gate.
 */
export async function* originalBytes(source: OriginalSource, gate: Gate): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let etag: string | null = null;
  let refusals = 0;
  for (;;) {
    await gate.pass();
    const url = await source.url(refusals > 0);
    if (url === null) throw new Vanished();
    const attempt = new Attempt(gate.signal);
    try {
      const response = await attempt.get(url, offset, etag);
      if (response === null) {
        await gate.untilNextTry("connection");
        continue;
      }
      if (response.status === 404 || response.status === 410) throw new Vanished();
      if (response.status === 400 || response.status === 403) {
        refusals += 1;
        if (refusals > maxRefusals) throw new Vanished();
        continue;
      }
      if (!response.ok) {
        await gate.untilNextTry("busy");
        continue;
      }
      const tag = response.headers.get("etag");
      // Another object under the same key: its beginning is not the beginning of this.
      if (offset > 0 && tag !== null && etag !== null && tag !== etag) throw new Vanished();
      etag = tag;
      refusals = 0;
      let left = response.status === 206 ? 0 : offset;
      const reader = response.body?.getReader();
      for (;;) {
        await gate.pass();
        const chunk = await attempt.read(reader);
        if (chunk === null) break;
        gate.arrived();
        const skipped = Math.min(left, chunk.length);
        left -= skipped;
        if (skipped === chunk.length) continue;
        const rest = skipped === 0 ? chunk : chunk.subarray(skipped);
        offset += rest.length;
        yield rest;
      }
      if (offset >= source.bytes) return;
      await gate.untilNextTry("connection");
    } finally {
      attempt.end();
    }
  }
}

/** One request, which ends with the download, or when nothing comes. */
class Attempt {
  private readonly over = new AbortController();
  private readonly stop = () => this.end();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener("abort", this.stop, { once: true });
  }

  /** null where there is no connection */
  get(url: string, offset: number, etag: string | null): Promise<Response | null> {
    const headers: Record<string, string> =
      offset === 0 ? {} : { range: `bytes=${offset}-`, ...(etag !== null && { "if-range": etag }) };
    const { signal } = this.over;
    // Nobody looks at it again: it would only push what is looked at out of the browser's cache.
    return this.within(fetch(url, { signal, headers, cache: "no-store", credentials: "omit" }));
  }

  /** null at the end, also where the connection has broken */
  async read(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<Uint8Array | null> {
    const read = reader && (await this.within(reader.read()));
    return read?.value ?? null;
  }

  end(): void {
    this.signal.removeEventListener("abort", this.stop);
    this.over.abort();
  }

  private async within<T>(work: Promise<T>): Promise<T | null> {
    const timer = setTimeout(() => this.over.abort(), stallMs);
    try {
      return await work;
    } catch (error) {
      this.signal.throwIfAborted();
      if (error instanceof TypeError || error instanceof DOMException) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
