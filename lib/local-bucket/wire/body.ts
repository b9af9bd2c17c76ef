import type { IncomingMessage, ServerResponse } from "node:http";
import { type ChunkVerifier, decodeAwsChunked, malformedTrailer } from "./aws-chunked";
import { checksumAlgorithm, Digester, type Expected, readChecksums, readContentMd5 } from "./checksums";
import { chunksOf } from "./chunks";
import { sendContinue } from "./expect-continue";
import { header, type S3Request } from "./request";
import { S3Error } from "./s3-error";

/** What the signature says about the body: its SHA-256, nothing, or that it comes framed as aws-chunked. */
export type SignedPayload =
  | { kind: "sha256"; hex: string }
  | { kind: "unsigned" }
  | { kind: "aws-chunked"; hasTrailer: boolean; signatures?: ChunkVerifier };

/** A request whose signature was verified, and the response to it. */
interface SignedRequest {
  readonly request: S3Request;
  readonly response: ServerResponse;
  readonly payload: SignedPayload;
}

/** A request's body, unframed, with what its sender says about it. */
export interface Body {
  chunks: AsyncIterable<Buffer>;
  expected: Expected;
}

const maxObjectBytes = 5 * 1024 ** 3;
/** Room for the 1000 keys of 1024 bytes that DeleteObjects may hold. */
const maxXmlBytes = 1.25 * 1024 ** 2;

/** Makes a request's body readable. Its length must be known before it comes. */
export function openBody({ request: { http }, response, payload }: SignedRequest): Body {
  const framed = payload.kind === "aws-chunked";
  const length = readLength(http, framed ? "x-amz-decoded-content-length" : "content-length");
  const trailer = readTrailerName(http, framed && payload.hasTrailer);
  const expected: Expected = {
    ...readChecksumHeaders(http, trailer),
    contentMd5: readContentMd5(header(http, "content-md5")),
    contentSha256Hex: payload.kind === "sha256" ? payload.hex : undefined,
  };
  sendContinue(response);
  const received = chunksOf(http);
  if (!framed) return { chunks: received, expected };
  const takeTrailer = (fields: [string, string][]) => {
    if (fields.map(([name]) => name).join() !== (trailer ?? "")) {
      throw malformedTrailer(`it must hold what x-amz-trailer says, ${trailer ?? "nothing"}`);
    }
    Object.assign(expected.checksums, readChecksums(fields).checksums);
  };
  const framing = {
    decodedBytes: length,
    signatures: payload.signatures,
    takeTrailer: payload.hasTrailer ? takeTrailer : undefined,
  };
  return { chunks: decodeAwsChunked(received, framing), expected };
}

function readLength(http: IncomingMessage, name: string): number {
  const text = header(http, name);
  if (text === undefined) {
    throw new S3Error("MissingContentLength", `You must provide the ${name} HTTP header.`);
  }
  const length = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(length)) throw new S3Error("InvalidArgument", `${name} must be a number of bytes.`);
  if (length <= maxObjectBytes) return length;
  throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    ProposedSize: String(length),
    MaxSizeAllowed: String(maxObjectBytes),
  });
}

/** The one field that a trailer may have is a checksum. */
function readTrailerName(http: IncomingMessage, hasTrailer: boolean): string | undefined {
  const name = header(http, "x-amz-trailer")?.trim().toLowerCase();
  if (name === undefined) return undefined;
  if (!hasTrailer) {
    const message = "x-amz-trailer needs an x-amz-content-sha256 that ends in -TRAILER.";
    throw new S3Error("InvalidRequest", message);
  }
  if (checksumAlgorithm(name)) return name;
  throw new S3Error("InvalidRequest", `x-amz-trailer must be x-amz-checksum-<algorithm>, not ${name}.`);
}

function readChecksumHeaders(
  http: IncomingMessage,
  trailer: string | undefined,
): Pick<Expected, "checksums" | "announced"> {
  const names = Object.keys(http.headersDistinct).filter((name) => /^x-amz-(sdk-)?checksum-/.test(name));
  const given = readChecksums(names.map((name) => [name, header(http, name) ?? ""]));
  const someGiven = Object.keys(given.checksums).length > 0;
  if (trailer === undefined) {
    if (!someGiven && names.includes("x-amz-sdk-checksum-algorithm")) {
      const message =
        "x-amz-sdk-checksum-algorithm is given, but no x-amz-checksum-* or x-amz-trailer header was found.";
      throw new S3Error("InvalidRequest", message);
    }
    return given;
  }
  const announced = checksumAlgorithm(trailer);
  if (someGiven || (given.announced && given.announced !== announced)) {
    throw new S3Error("InvalidRequest", `Expecting a single checksum, the one in the trailer: ${trailer}.`);
  }
  return { checksums: {}, announced };
}

interface XmlBodyOptions {
  maxBytes?: number;
  /** Whether the checksum in the headers is that of an object, not of this body. */
  checksumIsOfObject?: boolean;
}

/** Reads a small XML body whole, checked like any other. An empty body is the empty string. */
export async function readXmlBody(
  signed: SignedRequest,
  { maxBytes = maxXmlBytes, checksumIsOfObject = false }: XmlBodyOptions = {},
): Promise<string> {
  const { http } = signed.request;
  if (header(http, "content-length") === undefined && header(http, "transfer-encoding") === undefined) {
    return "";
  }
  const { chunks, expected } = openBody(signed);
  const parts: Buffer[] = [];
  const digester = new Digester(checksumIsOfObject ? { ...expected, checksums: {} } : expected);
  for await (const chunk of chunks) {
    digester.update(chunk);
    if (digester.size > maxBytes) {
      throw new S3Error("MaxMessageLengthExceeded", `Your request was too big: at most ${maxBytes} bytes.`);
    }
    parts.push(chunk);
  }
  await digester.verify();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new S3Error("MalformedXML", "The XML you provided is not UTF-8.");
  }
}
