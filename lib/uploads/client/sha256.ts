import { toBase64 } from "./base64";

/** Web Crypto wants all bytes at once, and is twice as fast as the streaming hash. */
const maxBytesAtOnce = 32 * 1024 * 1024;

/** SHA-256 in base64. Plain http in a home network is no secure context: there is no `crypto.subtle` then. */
export async function sha256(blob: Blob): Promise<string> {
  const subtle: SubtleCrypto | undefined = crypto.subtle;
  if (subtle === undefined || blob.size > maxBytesAtOnce) return sha256InPieces(blob);
  return toBase64(new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer())));
}

async function sha256InPieces(blob: Blob): Promise<string> {
  const { createSHA256 } = await import("hash-wasm");
  const hash = await createSHA256();
  const reader = blob.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) hash.update(piece.value);
  return toBase64(hash.digest("binary"));
}
