import type { IncomingMessage } from "node:http";
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
const maxXmlBytes = 1024 ** 2;

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
  const trailer = header(http, "x-amz-trailer");
  if (trailer !== undefined && !framed) {
    const message = "x-amz-trailer needs an x-amz-content-sha256 of STREAMING-…-TRAILER.";
    throw new S3Error("InvalidRequest", message);
  }
  const expected: Expected = {
    ...readChecksums(checksumHeaders(http)),
    ...(trailer === undefined ? {} : { announced: checksumAlgorithm(trailer.trim().toLowerCase()) }),
    contentMd5: readContentMd5(header(http, "content-md5")),
    contentSha256Hex: payload.kind === "sha256" ? payload.hex : undefined,
  };
  const declared = header(http, "x-amz-sdk-checksum-algorithm");
  if (declared !== undefined && trailer === undefined && Object.keys(expected.checksums).length === 0) {
    const message = `x-amz-sdk-checksum-algorithm is ${declared}, but no x-amz-checksum-* or x-amz-trailer was found.`;
    throw new S3Error("InvalidRequest", message);
  }
  const received = chunksOf(http);
  if (!framed) return { chunks: received, expected };
  const takeTrailers = (trailers: [string, string][]) => {
    Object.assign(expected.checksums, readChecksums(trailers).checksums);
    if (expected.announced && expected.checksums[expected.announced] === undefined) {
      throw new S3Error("InvalidRequest", `The trailer ${trailer} was announced and did not come.`);
    }
  };
  return { chunks: decodeAwsChunked(received, length, takeTrailers), expected };
}

/** Reads a small XML body whole, checked like any other. An empty body is the empty string. */
export async function readXmlBody(call: SignedCall): Promise<string> {
  const { http } = call.request;
  if (header(http, "content-length") === undefined && header(http, "transfer-encoding") === undefined) {
    return "";
  }
  const { chunks, expected } = openBody(call);
  const parts: Buffer[] = [];
  const digester = new Digester(expected);
  for await (const chunk of chunks) {
    digester.update(chunk);
    if (digester.size > maxXmlBytes) {
      throw new S3Error(
        "MaxMessageLengthExceeded",
        `Your request was too big: at most ${maxXmlBytes} bytes.`,
      );
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

function* checksumHeaders(http: IncomingMessage): Generator<[string, string]> {
  for (const name of Object.keys(http.headersDistinct)) {
    if (/^x-amz-(sdk-)?checksum-/.test(name)) yield [name, header(http, name) ?? ""];
  }
}
