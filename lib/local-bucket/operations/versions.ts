import { queryValue, type S3Request } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { behindMarker, describe, lastEntry, readPage } from "./list";
import { bucketName, type SignedRequestContext } from "./request-context";

/** What S3 calls the version of an object that was written without versioning: here, of every object. */
export const onlyVersion = "null";

/** The operations that may name a version. */
const onVersions = new Set([
  "GetObject",
  "HeadObject",
  "DeleteObject",
  "GetObjectAcl",
  "GetObjectAttributes",
  "GetObjectTagging",
  "PutObjectTagging",
  "DeleteObjectTagging",
]);

/** Versioning was never on, which S3 says by saying nothing. */
export async function getBucketVersioning(context: SignedRequestContext): Promise<void> {
  context.store.index.getBucket(bucketName(context));
  sendXml(context.response, 200, "VersioningConfiguration", {});
}

export async function listObjectVersions(context: SignedRequestContext): Promise<void> {
  const { query } = context.request;
  const keyMarker = queryValue(query, "key-marker") ?? "";
  const versionIdMarker = queryValue(query, "version-id-marker");
  if (versionIdMarker !== undefined) checkMarker(keyMarker, versionIdMarker);
  const { listing, encode, asked, commonPrefixes } = readPage(context, behindMarker(query, keyMarker));
  const last = listing.next && lastEntry(listing);
  const isVersion = last !== undefined && listing.contents.at(-1)?.key.toString() === last;
  sendXml(context.response, 200, "ListVersionsResult", {
    ...asked,
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionIdMarker ?? "",
    NextKeyMarker: last && encode(last),
    NextVersionIdMarker: isVersion ? onlyVersion : undefined,
    Version: listing.contents.map((object) => ({
      ...describe(object, encode, true),
      VersionId: onlyVersion,
      IsLatest: true,
    })),
    CommonPrefixes: commonPrefixes,
  });
}

/** Refuses a request for a version that cannot be there. */
export function checkVersion(operation: string, { key, query }: S3Request): void {
  const versionId = queryValue(query, "versionId");
  if (versionId === undefined || key === undefined) return;
  if (!onVersions.has(operation)) {
    throw invalid("versionId", versionId, "This operation does not accept a version-id.");
  }
  checkVersionId(versionId, "versionId", "Version id cannot be the empty string");
}

function checkMarker(keyMarker: string, versionIdMarker: string): void {
  const name = "version-id-marker";
  if (!keyMarker) {
    const message = "A version-id marker cannot be specified without a key marker.";
    throw invalid(name, versionIdMarker, message);
  }
  checkVersionId(versionIdMarker, name, "A version-id marker cannot be empty.");
}

/** Refuses any version but the one that each object has. */
export function checkVersionId(versionId: string, argument: string, whenEmpty: string): void {
  if (versionId === onlyVersion) return;
  throw invalid(argument, versionId, versionId === "" ? whenEmpty : "Invalid version id specified");
}

function invalid(ArgumentName: string, ArgumentValue: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, { ArgumentName, ArgumentValue });
}
