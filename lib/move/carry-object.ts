import "server-only";
import { createHash } from "node:crypto";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "@/lib/storage/bucket-client";
import { changed } from "@/lib/storage/get-object";
import { partBytes, piecesOf, putInParts, putKnown, putObject } from "@/lib/storage/put-object";
import { findStoredObject, openStoredObject, type StoredObject } from "@/lib/storage/stored-object";

export interface Route {
  from: BucketClient;
  to: BucketClient;
}

/**
 * Copies one object to another store, in parts of 8 MiB where it is longer, and looks at what is there then: it must have the
 * SHA-256 of what was read, by what the store tells or else by reading it back. Returns the copy as the store has it.
 *
 * @param expected base64: what the bytes are to be by other knowledge; null where nobody knows
 * @throws AppError `changed` where the source changes meanwhile, `bytes_differ` where its bytes are not what they should be or do
 * not arrive so
 */
export async function carryObject(
  { from, to }: Route,
  key: string,
  source: StoredObject,
  expected: string | null,
): Promise<StoredObject> {
  const known = expected ?? source.sha256;
  const sha256 = await send({ from, to }, key, source, known);
  const copy = await findStoredObject(to, key);
  if (copy === null || copy.bytes !== source.bytes) throw differs("The copy of it is of another length");
  if ((copy.sha256 ?? (await hashStored(to, key, copy))) !== sha256)
    throw differs("The copy of it has another SHA-256");
  return copy;
}

/** Base64, of its bytes as they are read. Throws AppError `changed`. */
export async function hashStored(bucket: BucketClient, key: string, object: StoredObject): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of await openStoredObject(bucket, key, object)) hash.update(chunk);
  return hash.digest("base64");
}

/** What says so must not be taken for what Pail says of an upload. */
const differs = (what: string): AppError => new AppError("bytes_differ", `${what}: run it again.`);

/** Returns the SHA-256 of what was sent, base64. */
async function send(
  { from, to }: Route,
  key: string,
  source: StoredObject,
  known: string | null,
): Promise<string> {
  const { headers } = source;
  const put = { headers, overwrite: true };
  const check = checking(source, known);
  const body = check.of(await openStoredObject(from, key, source));
  if (source.bytes <= partBytes) {
    const { value: bytes = Buffer.alloc(0) } = await piecesOf(body).next();
    const sha256 = check.sha256();
    await putObject(to, key, bytes, put);
    return sha256;
  }
  if (to.traits.partDigest !== "none") {
    await putInParts(to, key, piecesOf(body), put);
    return check.sha256();
  }
  // What goes whole is held to a digest that has to be known before.
  const md5 = createHash("md5");
  for await (const chunk of body) md5.update(chunk);
  const sha256 = check.sha256();
  await putKnown(to, key, await openStoredObject(from, key, source), {
    type: headers.ContentType ?? "",
    bytes: source.bytes,
    sha256,
    md5: md5.digest("base64"),
    headers,
  });
  return sha256;
}

/** Reads on, and throws at the end where it was not what it should be: nothing is made of parts then. */
function checking({ bytes }: StoredObject, known: string | null) {
  const hash = createHash("sha256");
  let read = 0;
  let found: string | undefined;
  return {
    of: async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        hash.update(chunk);
        read += chunk.length;
        yield chunk;
      }
      found = hash.digest("base64");
      if (read !== bytes) throw changed();
      if (known !== null && found !== known)
        throw new AppError("bytes_differ", "Its bytes are not those that were stored: it was left out.");
    },
    sha256: (): string => {
      if (found === undefined) throw new Error("it was not read to its end");
      return found;
    },
  };
}
