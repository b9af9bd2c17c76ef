import { createHash } from "node:crypto";
import type { PartRecord, UploadChecksum } from "../index/records";
import { type ChecksumAlgorithm, type Checksums, type ChecksumType, digestOf } from "../wire/checksums";
import { S3Error } from "../wire/s3-error";

/** The polynomials of the CRCs, bits reversed, and their widths. */
const polynomials: Partial<Record<ChecksumAlgorithm, { bits: bigint; polynomial: bigint }>> = {
  crc32: { bits: 32n, polynomial: 0xedb88320n },
  crc32c: { bits: 32n, polynomial: 0x82f63b78n },
  crc64nvme: { bits: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
};

/** Reads what CreateMultipartUpload says of the checksum; undefined where it says nothing. */
export function readUploadChecksum(
  algorithm: ChecksumAlgorithm | undefined,
  type: string | undefined,
): UploadChecksum | undefined {
  if (algorithm === undefined) return undefined;
  const usual = algorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE";
  const possible = algorithm in polynomials ? ["FULL_OBJECT", "COMPOSITE"] : ["COMPOSITE"];
  if (algorithm === "crc64nvme") possible.pop();
  const wanted = type ?? usual;
  if (!possible.includes(wanted)) {
    const message = `The ${wanted} checksum type cannot be used with the ${algorithm} checksum algorithm: it is ${possible.join(" or ")}.`;
    throw new S3Error("InvalidRequest", message);
  }
  return { algorithm, type: wanted as ChecksumType };
}

/** S3's MD5 of an object in parts: that of their MD5s in hex, and how many they are. */
export function compositeEtag(parts: readonly PartRecord[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(etag, "hex");
  return `${hash.digest("hex")}-${parts.length}`;
}

/** The checksum of the object that parts make. */
export async function checksumsOfParts(
  wanted: UploadChecksum | undefined,
  parts: readonly PartRecord[],
): Promise<Checksums> {
  if (wanted === undefined) return {};
  const { algorithm, type } = wanted;
  const digests = parts.map(({ checksums, size }) => ({
    digest: Buffer.from(checksums[algorithm] ?? "", "base64"),
    size,
  }));
  if (type === "FULL_OBJECT") return { [algorithm]: combineCrcs(algorithm, digests) };
  const composite = await digestOf(algorithm, Buffer.concat(digests.map(({ digest }) => digest)));
  return { [algorithm]: `${composite.toString("base64")}-${parts.length}` };
}

/** The CRC of bytes put together, from those of the pieces: each is carried over the bytes behind it. */
function combineCrcs(
  algorithm: ChecksumAlgorithm,
  pieces: readonly { digest: Buffer; size: number }[],
): string {
  const crc = polynomials[algorithm];
  if (!crc) throw new Error(`${algorithm} is no CRC.`);
  const hexDigits = Number(crc.bits) / 4;
  const combined = pieces.reduce(
    (sum, { digest, size }) =>
      multiply(sum, power(BigInt(size) * 8n, crc), crc) ^ BigInt(`0x${digest.toString("hex")}`),
    0n,
  );
  return Buffer.from(combined.toString(16).padStart(hexDigits, "0"), "hex").toString("base64");
}

interface Field {
  bits: bigint;
  polynomial: bigint;
}

/** The product of two polynomials, bits reversed, modulo the CRC's. */
function multiply(one: bigint, other: bigint, { bits, polynomial }: Field): bigint {
  let product = 0n;
  let shifted = other;
  for (let bit = 1n << (bits - 1n); bit > 0n; bit >>= 1n) {
    if (one & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

/** x to a power, modulo the CRC's polynomial. */
function power(exponent: bigint, field: Field): bigint {
  let result = 1n << (field.bits - 1n);
  let square = 1n << (field.bits - 2n);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square, field);
    square = multiply(square, square, field);
  }
  return result;
}
