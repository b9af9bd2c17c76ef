import { createHash, type Hash } from "node:crypto";
import { Crc32 } from "./crc32";
import { notImplemented, S3Error } from "./s3-error";

/** The checksums that S3 names x-amz-checksum-<name>, as far as they are kept here. */
const algorithms = ["sha256", "sha1", "crc32", "crc32c"] as const;
export type ChecksumAlgorithm = (typeof algorithms)[number];

/** Checksums in base64, by algorithm. */
export type Checksums = Partial<Record<ChecksumAlgorithm, string>>;

/** What the sender says that the bytes are. */
export interface Expected {
  checksums: Checksums;
  /** An algorithm to compute although its value is not known yet: it follows in a trailer. */
  announced?: ChecksumAlgorithm | undefined;
  contentMd5?: string | undefined;
  contentSha256Hex?: string | undefined;
}

const digestBytes: Record<ChecksumAlgorithm, number> = { sha256: 32, sha1: 20, crc32: 4, crc32c: 4 };

/** The algorithm behind a field or header such as x-amz-checksum-sha256; undefined for other names. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  const suffix = /^x-amz-checksum-(.+)$/.exec(name)?.[1];
  if (!suffix || ["algorithm", "mode", "type"].includes(suffix)) return undefined;
  const algorithm = algorithms.find((known) => known === suffix);
  if (!algorithm) throw notImplemented(`the checksum ${suffix}`);
  return algorithm;
}

/** Reads the checksums among headers or form fields, and refuses what cannot be one. */
export function readChecksums(values: Iterable<readonly [string, string]>): Checksums {
  const checksums: Checksums = {};
  let declared: string | undefined;
  for (const [name, value] of values) {
    if (name === "x-amz-checksum-algorithm" || name === "x-amz-sdk-checksum-algorithm") {
      declared = value.toLowerCase();
      checksumAlgorithm(`x-amz-checksum-${declared}`);
    }
    const algorithm = checksumAlgorithm(name);
    if (!algorithm) continue;
    requireDigest(value, digestBytes[algorithm], name, "InvalidRequest");
    checksums[algorithm] = value;
  }
  const given = Object.keys(checksums);
  if (declared && given.length > 0 && !given.includes(declared)) {
    const message = `The algorithm is declared as ${declared}, but the checksum given is ${given.join(", ")}.`;
    throw new S3Error("InvalidRequest", message);
  }
  return checksums;
}

/** Whether checksums are over an object's bytes, or over those of its parts. */
export function checksumType(checksums: Checksums): "FULL_OBJECT" | "COMPOSITE" {
  return Object.values(checksums).some((value) => value.includes("-")) ? "COMPOSITE" : "FULL_OBJECT";
}

/** Checksums as response headers. */
export function checksumHeaders(checksums: Checksums): Record<string, string> {
  if (Object.keys(checksums).length === 0) return {};
  const headers: Record<string, string> = { "x-amz-checksum-type": checksumType(checksums) };
  for (const [algorithm, value] of Object.entries(checksums)) headers[`x-amz-checksum-${algorithm}`] = value;
  return headers;
}

/** Refuses a Content-MD5 that cannot be one. */
export function readContentMd5(value: string | undefined): string | undefined {
  if (value !== undefined) requireDigest(value, 16, "Content-MD5", "InvalidDigest");
  return value;
}

function requireDigest(
  value: string,
  bytes: number,
  name: string,
  code: "InvalidRequest" | "InvalidDigest",
): void {
  const decoded = Buffer.from(value, "base64");
  if (decoded.length === bytes && decoded.toString("base64") === value) return;
  throw new S3Error(code, `Value for ${name} is invalid: it must be ${bytes} bytes in base64.`);
}

/** Digests bytes once, on their way: MD5 and SHA-256 always, others where the sender gives or announces one. */
export class Digester {
  readonly #md5 = createHash("md5");
  readonly #sha256 = createHash("sha256");
  readonly #others = new Map<ChecksumAlgorithm, Hash | Crc32>();
  readonly #expected: Expected;
  #size = 0;
  #md5Hex = "";
  #sha256Base64 = "";

  constructor(expected: Expected) {
    this.#expected = expected;
    for (const algorithm of [...Object.keys(expected.checksums), expected.announced]) {
      if (algorithm === "sha1") this.#others.set(algorithm, createHash("sha1"));
      if (algorithm === "crc32" || algorithm === "crc32c") {
        this.#others.set(algorithm, new Crc32(algorithm));
      }
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Known once the bytes are verified. */
  get md5Hex(): string {
    return this.#md5Hex;
  }

  /** Known once the bytes are verified, in base64. */
  get sha256(): string {
    return this.#sha256Base64;
  }

  update(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#md5.update(chunk);
    this.#sha256.update(chunk);
    for (const other of this.#others.values()) other.update(chunk);
  }

  /** Ends the digests and refuses bytes that are not what their sender said. Returns the checksums to keep. */
  verify(): Checksums {
    const md5 = this.#md5.digest();
    const sha256 = this.#sha256.digest();
    this.#md5Hex = md5.toString("hex");
    this.#sha256Base64 = sha256.toString("base64");
    const { contentMd5, contentSha256Hex, checksums: expected } = this.#expected;
    if (contentSha256Hex !== undefined && contentSha256Hex !== sha256.toString("hex")) {
      throw new S3Error(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        { ClientComputedContentSHA256: contentSha256Hex, S3ComputedContentSHA256: sha256.toString("hex") },
      );
    }
    compare("Content-MD5", contentMd5, md5.toString("base64"));
    const checksums: Checksums = { sha256: this.#sha256Base64 };
    for (const [algorithm, other] of this.#others) checksums[algorithm] = other.digest("base64");
    for (const algorithm of algorithms) {
      compare(`x-amz-checksum-${algorithm}`, expected[algorithm], checksums[algorithm]);
    }
    return checksums;
  }
}

function compare(name: string, expected: string | undefined, got: string | undefined): void {
  if (expected === undefined || expected === got) return;
  throw new S3Error("BadDigest", `The ${name} you specified did not match what we received.`, {
    Field: name,
    Expected: expected,
    Got: got ?? "",
  });
}
