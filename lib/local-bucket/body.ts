import { decodeAwsChunked } from "./aws-chunked";
import type { SignedCall } from "./call";
import { checksumAlgorithm, Digester, type Expected, readChecksums, readContentMd5 } from "./checksums";
import { chunksOf } from "./chunks";
import { header } from "./request";
import { S3Error } from "./s3-error";

/** A request's body, unframed, with what its sender says about it. */
export interface Body {
  chunks: AsyncIterable<Buffer>;
  expected: Expected;
}

const maxObjectBytes = 5 * 1024 ** 3;
/** Room for the 1000 keys of 1024 bytes that DeleteObjects may hold. */
const maxXmlBytes = 1.25 * 1024 ** 2;

/** Makes a request's body readable. Its length must be known before it comes. */
export function openBody({ request: { http }, payload }: SignedCall): Body {
  const framed = payload.kind === "trailer";
  const lengthName = framed ? "x-amz-decoded-content-length" : "content-length";
  const lengthText = header(http, lengthName);
  if (lengthText === undefined) {
    throw new S3Error("MissingContentLength", `You must provide the ${lengthName} HTTP header.`);
  }
  const length = /^\d{1,15}$/.test(lengthText) ? Number(lengthText) : Number.NaN;
  if (Number.isNaN(length)) throw new S3Error("InvalidArgument", `${lengthName} must be a number of bytes.`);
  if (length > maxObjectBytes) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      ProposedSize: String(length),
      MaxSizeAllowed: String(maxObjectBytes),
    });
  }
  const trailer = framed ? header(http, "x-amz-trailer") : undefined;
  const expected: Expected = {
    checksums: readChecksums(checksumHeaders(http.headersDistinct)),
    announced: trailer === undefined ? undefined : checksumAlgorithm(trailer.trim().toLowerCase()),
    contentMd5: readContentMd5(header(http, "content-md5")),
    contentSha256Hex: payload.kind === "sha256" ? payload.hex : undefined,
  };
  const received = chunksOf(http);
  if (!framed) return { chunks: received, expected };
  const takeTrailers = (trailers: [string, string][]) => {
    Object.assign(expected.checksums, readChecksums(trailers));
    if (expected.announced && expected.checksums[expected.announced] === undefined) {
      throw new S3Error("InvalidRequest", `The trailer ${trailer} was announced and did not come.`);
    }
  };
  return { chunks: decodeAwsChunked(received, length, takeTrailers), expected };
}

/** Reads a small XML body whole, checked like any other. An empty body is the empty string. */
export async function readXmlBody(call: SignedCall, maxBytes = maxXmlBytes): Promise<string> {
  const { http } = call.request;
  if (header(http, "content-length") === undefined && header(http, "transfer-encoding") === undefined) {
    return "";
  }
  const { chunks, expected } = openBody(call);
  const parts: Buffer[] = [];
  const digester = new Digester(expected);
  for await (const chunk of chunks) {
    digester.update(chunk);
    if (digester.size > maxBytes) {
      throw new S3Error("MaxMessageLengthExceeded", `Your request was too big: at most ${maxBytes} bytes.`);
    }
    parts.push(chunk);
  }
  digester.verify();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new S3Error("MalformedXML", "The XML you provided is not UTF-8.");
  }
}

function* checksumHeaders(headers: NodeJS.Dict<string[]>): Generator<[string, string]> {
  for (const [name, values] of Object.entries(headers)) {
    if (/^x-amz-(sdk-)?checksum-/.test(name) && values) yield [name, values.join(",")];
  }
}
