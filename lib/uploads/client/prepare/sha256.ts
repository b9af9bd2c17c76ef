import { maxBytesAtOnce, partsOf } from "@/lib/uploads/contract";
import { toBase64 } from "./base64";

/**
 * SHA-256 in base64. Web Crypto wants all bytes at once, and is twice as fast as the streaming hash. Plain http in a home
 * network is no secure context: there is no `crypto.subtle` then.
 */
export async function sha256(blob: Blob): Promise<string> {
  if (blob.size > maxBytesAtOnce) return (await sha256WithParts(blob)).sha256;
  return sha256OfBytes(await blob.arrayBuffer());
}

/** The same, and that of each part, in one pass that holds one part in memory. */
export async function sha256WithParts(blob: Blob): Promise<{ sha256: string; parts: string[] }> {
  const whole = await createHash();
  const parts: string[] = [];
  for (const { start, end } of partsOf(blob.size)) {
    const bytes = await blob.slice(start, end).arrayBuffer();
    const part = sha256OfBytes(bytes);
    whole.update(new Uint8Array(bytes));
    parts.push(await part);
  }
  return { sha256: toBase64(whole.digest("binary")), parts };
}

/** As `sha256`, of what is in memory. */
export async function sha256OfBytes(bytes: ArrayBuffer): Promise<string> {
  const subtle: SubtleCrypto | undefined = crypto.subtle;
  if (subtle !== undefined) return toBase64(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  return toBase64((await createHash()).update(new Uint8Array(bytes)).digest("binary"));
}

async function createHash() {
  const { createSHA256 } = await import("hash-wasm");
  return createSHA256();
}
