import { maxBytesAtOnce, type ObjectOffer, partsOf, type WantedDigests } from "@/lib/uploads/contract";
import { toBase64 } from "./base64";

/** What an offer has to say of its bytes. */
export type Digests = Pick<ObjectOffer, "sha256" | "md5" | "parts" | "partDigest">;

/** The SHA-256, and what else is wanted; of what is too long to go at once also that of each part, in one pass that holds one part. */
export async function digestsOf(
  blob: Blob,
  wanted: WantedDigests,
  tellShare: (share: number) => void = () => {},
): Promise<Digests> {
  if (blob.size <= maxBytesAtOnce) return digestsOfBytes(await blob.arrayBuffer(), wanted);
  const [sha256, md5] = await Promise.all([
    createHash("sha256"),
    wanted.object === "md5" ? createHash("md5") : null,
  ]);
  const parts: string[] = [];
  for (const { start, end } of partsOf(blob.size)) {
    const bytes = await blob.slice(start, end).arrayBuffer();
    const part = wanted.part === "none" ? null : digestOfPart(bytes, wanted.part);
    for (const whole of [sha256, md5]) whole?.update(new Uint8Array(bytes));
    if (part !== null) parts.push(await part);
    tellShare(end / blob.size);
  }
  return {
    sha256: inBase64(sha256),
    ...(md5 && { md5: inBase64(md5) }),
    ...(wanted.part !== "none" && { parts }),
    ...(wanted.part !== "none" && wanted.part !== "sha256" && { partDigest: wanted.part }),
  };
}

/** The same of what is in memory, and goes at once. */
export async function digestsOfBytes(bytes: ArrayBuffer, { object }: WantedDigests): Promise<Digests> {
  const sha256 = sha256OfBytes(bytes);
  if (object === "sha256") return { sha256: await sha256 };
  const md5 = inBase64((await createHash("md5")).update(new Uint8Array(bytes)));
  return { sha256: await sha256, md5 };
}

/** SHA-256 in base64. */
export const sha256 = async (blob: Blob): Promise<string> =>
  (await digestsOf(blob, { object: "sha256", part: "none" })).sha256;

/**
 * Web Crypto wants all bytes at once, and is twice as fast as the streaming hash. Plain http in a home network is no secure
 * context: there is no `crypto.subtle` then.
 */
async function sha256OfBytes(bytes: ArrayBuffer): Promise<string> {
  const subtle: SubtleCrypto | undefined = crypto.subtle;
  if (subtle !== undefined) return toBase64(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  return inBase64((await createHash("sha256")).update(new Uint8Array(bytes)));
}

async function digestOfPart(bytes: ArrayBuffer, digest: "sha256" | "crc32c" | "md5"): Promise<string> {
  if (digest === "sha256") return sha256OfBytes(bytes);
  return inBase64((await createHash(digest)).update(new Uint8Array(bytes)));
}

/** As hash-wasm's CRC-32 takes it, reversed. */
const polynomialOfCrc32c = 0x82f63b78;

async function createHash(name: "sha256" | "md5" | "crc32c") {
  const { createCRC32, createMD5, createSHA256 } = await import("hash-wasm");
  if (name === "sha256") return createSHA256();
  return name === "md5" ? createMD5() : createCRC32(polynomialOfCrc32c);
}

const inBase64 = (hash: Awaited<ReturnType<typeof createHash>>): string => toBase64(hash.digest("binary"));
