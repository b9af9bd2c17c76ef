import "server-only";
import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw, createGunzip } from "node:zlib";
import { z } from "zod";
import { AppError } from "@/lib/errors";

const manifestShape = z.object({
  /** Pail's version */
  pail: z.string(),
  /** see lib/db/installation.ts; empty where the database had none yet */
  installation: z.string(),
  /** the newest migration that the database has had */
  migration: z.object({ tag: z.string(), when: z.number() }),
  madeAt: z.iso.datetime(),
  /** a SQLite database, or the statements that make one */
  format: z.enum(["sqlite", "sql"]),
  /** of what is in it, before it was compressed */
  bytes: z.number().int().nonnegative(),
  /** of the same; hexadecimal */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** how many each table has */
  rows: z.record(z.string(), z.number().int().nonnegative()),
});

/** What a backup says of itself. It is the comment of the gzip file, so that gunzip alone gives back what is in it. */
export type Manifest = z.infer<typeof manifestShape>;

export type Bytes = AsyncIterable<Uint8Array>;

const hasComment = 0x10;
const start = Buffer.from([0x1f, 0x8b, 8, hasComment, 0, 0, 0, 0, 0, 0xff]);
const maxHeaderBytes = 64 * 1024;

/** A gzip file (RFC 1952) of the contents, which the manifest is of. */
export async function* pack(manifest: Manifest, contents: Bytes): AsyncGenerator<Buffer> {
  const said = JSON.stringify(manifest).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  yield Buffer.concat([start, Buffer.from(`${said} ${sumOf(said)}\0`, "latin1")]);
  let [sum, length] = [0, 0];
  const summed = Readable.from(contents).map((chunk: Uint8Array) => {
    sum = crc32(chunk, sum);
    length += chunk.length;
    return chunk;
  });
  // What goes wrong comes out where it is read.
  yield* pipeline(summed, createDeflateRaw(), () => undefined);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(sum, 0);
  end.writeUInt32LE(length % 2 ** 32, 4);
  yield end;
}

const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, "0");

/**
 * What a packed backup says of itself, and its contents: only once they have been read to their end are they known to be whole. Throws
 * AppError `bad_backup` for what is none, and while it is read for one that is damaged or cut short.
 *
 * @param what how people know it
 */
export async function unpack(packed: Bytes, what: string): Promise<{ manifest: Manifest; contents: Bytes }> {
  const chunks = packed[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (!head.includes(0, start.length) && head.length < maxHeaderBytes) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const manifest = readManifest(head);
  if (manifest === null) {
    await chunks.return?.();
    throw new AppError("bad_backup", `${what} is no backup of Pail, or its beginning is damaged.`);
  }
  return { manifest, contents: checked(manifest, gunzip(head, chunks, what), what) };
}

function readManifest(head: Buffer): Manifest | null {
  if (!head.subarray(0, start.length).equals(start)) return null;
  const end = head.indexOf(0, start.length);
  const comment = head.toString("latin1", start.length, Math.max(end, start.length));
  const [said, sum] = [comment.slice(0, -9), comment.slice(-8)];
  if (sumOf(said) !== sum) return null;
  return manifestShape.safeParse(JSON.parse(said)).data ?? null;
}

async function* gunzip(
  head: Buffer,
  rest: AsyncIterator<Uint8Array>,
  what: string,
): Bytes & AsyncGenerator<Buffer> {
  async function* whole() {
    yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  try {
    yield* pipeline(Readable.from(whole()), createGunzip(), () => undefined);
  } catch (cause) {
    if (!String((cause as { code?: unknown }).code).startsWith("Z_")) throw cause;
    throw damaged(what, cause);
  }
}

async function* checked(
  { bytes, sha256 }: Manifest,
  contents: Bytes,
  what: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of contents) {
    hash.update(chunk);
    length += chunk.length;
    yield chunk;
  }
  if (length !== bytes || hash.digest("hex") !== sha256) throw damaged(what);
}

const damaged = (what: string, cause?: unknown): AppError =>
  new AppError("bad_backup", `${what} is damaged or was cut short.`, { cause });
