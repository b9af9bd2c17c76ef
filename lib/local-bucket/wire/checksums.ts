import { createHash } from "node:crypto";
import { Crc32, Crc32c, Crc64NvmeJs } from "@aws-sdk/checksums/crc";
import { notImplemented, S3Error } from "./s3-error";

/** The checksums that S3 names x-amz-checksum-<name>, as far as they are kept here. */
const algorithms = {
  sha256: { bytes: 32, create: () => createHash("sha256") },
  sha1: { bytes: 20, create: () => createHash("sha1") },
  crc32: { bytes: 4, create: () => new Crc32() },
  crc32c: { bytes: 4, create: () => new Crc32c() },
  crc64nvme: { bytes: 8, create: () => new Crc64NvmeJs() },
} satisfies Record<string, { bytes: number; create(): Digest }>;

/** What SDKs and Node have in common. */
interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array | Promise<Uint8Array>;
}

export type ChecksumAlgorithm = keyof typeof algorithms;
const algorithmNames = Object.keys(algorithms) as ChecksumAlgorithm[];

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

/** The algorithm behind a field or header such as x-amz-checksum-sha256; undefined for other names. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  const suffix = /^x-amz-checksum-(.+)$/.exec(name)?.[1];
  if (!suffix || ["algorithm", "mode", "type"].includes(suffix)) return undefined;
  return readAlgorithm(suffix);
}

function readAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = algorithmNames.find((known) => known === name);
  if (!algorithm) throw notImplemented(`the checksum ${name}`);
  return algorithm;
}

/** The digest of a few bytes. */
export async function digestOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<Buffer> {
  const digest = algorithms[algorithm].create();
  digest.update(bytes);
  return Buffer.from(await digest.digest());
}

/** Reads what headers or form fields say of the object's checksum, and refuses what cannot be one. */
export function readChecksums(
  values: Iterable<readonly [string, string]>,
): Pick<Expected, "checksums" | "announced"> {
  const checksums: Checksums = {};
  let announced: ChecksumAlgorithm | undefined;
  for (const [name, value] of values) {
    if (name === "x-amz-checksum-algorithm" || name === "x-amz-sdk-checksum-algorithm") {
      announced = readAlgorithm(value.toLowerCase());
    }
    if (name === "x-amz-checksum-type" && value !== "FULL_OBJECT") {
      throw new S3Error("InvalidRequest", `${name} must be FULL_OBJECT for an object sent in one piece.`);
    }
    const algorithm = checksumAlgorithm(name);
    if (!algorithm) continue;
    requireDigest(value, algorithms[algorithm].bytes, name, "InvalidRequest");
    checksums[algorithm] = value;
  }
  const given = Object.keys(checksums);
  if (given.length > 1) {
    const message = `Expecting a single x-amz-checksum- header, got those of ${given.join(", ")}.`;
    throw new S3Error("InvalidRequest", message);
  }
  if (announced && given.length > 0 && !given.includes(announced)) {
    const message = `The algorithm is declared as ${announced}, but the checksum given is ${given.join(", ")}.`;
    throw new S3Error("InvalidRequest", message);
  }
  return { checksums, announced };
}

/** Over an object's bytes, which only a CRC can be told of from those of parts; or over the parts' checksums. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

export function checksumType(checksums: Checksums): ChecksumType {
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
  readonly #others = new Map<ChecksumAlgorithm, Digest>();
  readonly #expected: Expected;
  #size = 0;
  #md5Hex = "";
  #sha256Base64 = "";

  constructor(expected: Expected) {
    this.#expected = expected;
    for (const algorithm of algorithmNames) {
      if (algorithm === "sha256") continue;
      if (expected.checksums[algorithm] === undefined && expected.announced !== algorithm) continue;
      this.#others.set(algorithm, algorithms[algorithm].create());
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
  async verify(): Promise<Checksums> {
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
    for (const [algorithm, other] of this.#others) {
      checksums[algorithm] = Buffer.from(await other.digest()).toString("base64");
    }
    for (const algorithm of algorithmNames) {
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
