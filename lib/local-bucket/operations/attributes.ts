import type { ObjectAttributes, Tag } from "../index/records";
import { notImplemented, S3Error } from "../wire/s3-error";

/** The headers that S3 keeps with an object and gives back, by lower-case name. */
const keptHeaders = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
]);

const defaultContentType = "binary/octet-stream";
const maxMetadataBytes = 2048;

/**
 * What headers or form fields (by lower-case name) say about an object. What would change how the object is kept, and
 * cannot be done here, is refused rather than ignored.
 */
export function readAttributes(values: Iterable<readonly [string, string]>, tags: Tag[]): ObjectAttributes {
  const headers: Record<string, string> = {};
  // Pairs, since an object made by assignment loses one named __proto__.
  const pairs: [string, string][] = [];
  for (const [name, value] of values) {
    refuseUnsupported(name, value);
    if (keptHeaders.has(name)) {
      const kept = name === "content-encoding" ? withoutFraming(value) : value;
      if (kept) headers[name] = requireHeaderValue(name, kept);
    } else if (name.startsWith("x-amz-meta-")) {
      pairs.push([requireToken(name.slice("x-amz-meta-".length)), requirePrintable(name, value)]);
    }
  }
  headers["content-type"] ??= defaultContentType;
  const bytes = Buffer.byteLength(pairs.flat().join(""));
  if (bytes > maxMetadataBytes) {
    throw new S3Error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size.", {
      Size: String(bytes),
      MaxSizeAllowed: String(maxMetadataBytes),
    });
  }
  return { headers, metadata: Object.fromEntries(pairs), tags };
}

/** Metadata as response headers; what is not ASCII goes as an RFC 2047 word, as S3 sends it. */
export function metadataHeaders(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      `x-amz-meta-${name}`,
      /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`,
    ]),
  );
}

/** Refuses a value that cannot stand in a response header. */
export function requireHeaderValue(name: string, value: string): string {
  if (/^[\x20-\x7e\xa0-\xff\t]*$/.test(value)) return value;
  throw new S3Error("InvalidArgument", `Header value cannot be represented using ISO-8859-1: ${name}.`);
}

function requirePrintable(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[\x00-\x1f\x7f]/.test(value)) return value;
  throw new S3Error("InvalidArgument", `Control characters are not allowed in ${name}.`);
}

function requireToken(name: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name;
  throw new S3Error("InvalidArgument", `x-amz-meta-${name} is not a valid name for metadata.`);
}

function withoutFraming(contentEncoding: string): string {
  return contentEncoding
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding && coding !== "aws-chunked")
    .join(",");
}

function refuseUnsupported(name: string, value: string): void {
  if ((name === "acl" || name === "x-amz-acl") && value !== "private") {
    throw new S3Error(
      "AccessDenied",
      `Access Denied: every object here is private, so ${name} cannot be ${value}.`,
    );
  }
  if (name.startsWith("x-amz-grant-")) {
    throw new S3Error(
      "AccessDenied",
      `Access Denied: every object here is private, so ${name} cannot be given.`,
    );
  }
  if (name === "x-amz-storage-class" && value !== "STANDARD") {
    throw new S3Error("InvalidStorageClass", `The storage class ${value} is not valid: only STANDARD is.`);
  }
  if (name.startsWith("x-amz-server-side-encryption")) throw notImplemented("server-side encryption");
  if (name.startsWith("x-amz-object-lock")) throw notImplemented("object lock");
  if (name === "x-amz-website-redirect-location") throw notImplemented("website redirects");
}
