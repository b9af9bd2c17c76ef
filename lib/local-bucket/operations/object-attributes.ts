import type { IncomingMessage } from "node:http";
import type { ObjectRecord } from "../index/records";
import { type ChecksumAlgorithm, checksumType } from "../wire/checksums";
import { header } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import type { XmlNode } from "../wire/xml";
import { checkConditions, readConditions } from "./conditions";
import { checksumElements } from "./multipart";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

const attributeNames = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const mostParts = 1000;

/** Tells what is asked for of an object, and of the parts that it was made of. */
export async function getObjectAttributes(context: SignedRequestContext): Promise<void> {
  const { store, request, response } = context;
  const { http } = request;
  const wanted = readWanted(header(http, "x-amz-object-attributes"));
  const page = {
    marker: readCount(http, "x-amz-part-number-marker") ?? 0,
    limit: Math.min(readCount(http, "x-amz-max-parts") ?? mostParts, mostParts),
  };
  const object = store.index.getObject(bucketName(context), objectKey(context));
  const { checksums, size, etag } = object;
  if (checkConditions(http, readConditions, object) === "not modified") {
    sendEmpty(response, 304, { ETag: `"${etag}"` });
    return;
  }
  const hasChecksum = Object.keys(checksums).length > 0;
  const checksum = { ...checksumElements(checksums), ChecksumType: checksumType(checksums) };
  response.setHeader("Last-Modified", new Date(object.modifiedAt).toUTCString());
  sendXml(response, 200, "GetObjectAttributesResponse", {
    // Without quotes, in this answer alone.
    ETag: wanted.has("ETag") ? etag : undefined,
    Checksum: wanted.has("Checksum") && hasChecksum ? checksum : undefined,
    ObjectParts: wanted.has("ObjectParts") ? describeParts(context, object, page) : undefined,
    StorageClass: wanted.has("StorageClass") ? "STANDARD" : undefined,
    ObjectSize: wanted.has("ObjectSize") ? size : undefined,
  });
}

function readWanted(text: string | undefined): Set<string> {
  const names = (text ?? "").split(",").map((name) => name.trim());
  if (names.every((name) => name === "")) {
    const message =
      "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty";
    throw new S3Error("InvalidRequest", message);
  }
  const unknown = names.find((name) => !attributeNames.includes(name));
  if (unknown === undefined) return new Set(names);
  throw new S3Error("InvalidArgument", "Invalid attribute name specified.", {
    ArgumentName: "x-amz-object-attributes",
    ArgumentValue: unknown,
  });
}

function readCount(http: IncomingMessage, name: string): number | undefined {
  const text = header(http, name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new S3Error("InvalidArgument", `Provided ${name} not an integer or within integer range`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/**
 * How many parts an object was made of. S3 lists them where each has a checksum of its own, which is where the object's is
 * over those of the parts.
 */
function describeParts(
  { store }: SignedRequestContext,
  { blobIds, etag, checksums }: ObjectRecord,
  { marker, limit }: { marker: number; limit: number },
): XmlNode | undefined {
  if (!etag.includes("-")) return undefined;
  const count = { PartsCount: blobIds.length };
  const [algorithm] = Object.keys(checksums) as ChecksumAlgorithm[];
  if (algorithm === undefined || checksumType(checksums) !== "COMPOSITE") return count;
  const ids = blobIds.slice(marker, marker + limit);
  const parts = ids.map((id, i) => {
    const { size, sha256, part } = store.registry.get(id);
    const value = { sha256, ...part?.checksums }[algorithm];
    return {
      value,
      element: { PartNumber: marker + i + 1, ...checksumElements({ [algorithm]: value }), Size: size },
    };
  });
  // Of parts that were sent to an older server only the SHA-256 is known.
  if (parts.some(({ value }) => value === undefined)) return count;
  return {
    ...count,
    PartNumberMarker: marker,
    NextPartNumberMarker: parts.at(-1)?.element.PartNumber ?? marker,
    MaxParts: limit,
    IsTruncated: marker + ids.length < blobIds.length,
    Part: parts.map(({ element }) => element),
  };
}
