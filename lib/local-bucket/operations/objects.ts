import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { ObjectAttributes } from "../index/records";
import { removeBlobs, storeObject } from "../index/store-object";
import { openBody, readXmlBody } from "../wire/body";
import { checksumHeaders } from "../wire/checksums";
import { checkKey, header } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { listOf, readXml } from "../wire/xml";
import { readAttributes } from "./attributes";
import { writeCondition } from "./conditions";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";
import { readTagsHeader } from "./tagging";
import { onlyVersion } from "./versions";

export async function putObject(context: SignedRequestContext): Promise<void> {
  const { store } = context;
  const { http } = context.request;
  const [bucket, key] = [bucketName(context), objectKey(context)];
  const attributes = readHeaders(http);
  const check = writeCondition(http);
  // Looked at before the bytes come, and again when they are committed.
  store.index.getBucket(bucket);
  check(store.index.findObject(bucket, key));
  const object = await storeObject(store, { bucket, key, attributes, check }, openBody(context));
  sendEmpty(context.response, 200, { ETag: `"${object.etag}"`, ...checksumHeaders(object.checksums) });
}

export async function deleteObject(context: SignedRequestContext): Promise<void> {
  const blobIds = await context.store.index.deleteObjects(bucketName(context), [objectKey(context)]);
  await removeBlobs(context.store, blobIds);
  sendEmpty(context.response, 204);
}

const entrySchema = z.strictObject({
  Key: z.string().min(1),
  VersionId: z.string().optional(),
});
const deleteSchema = z.object({
  Object: listOf(entrySchema).pipe(z.array(entrySchema).min(1).max(1000)),
  Quiet: z.enum(["true", "false"]).optional(),
});

export async function deleteObjects(context: SignedRequestContext): Promise<void> {
  const { Object: entries, Quiet } = readXml(await readXmlBody(context), "Delete", deleteSchema);
  for (const { Key } of entries) checkKey(Key);
  const isThere = ({ VersionId }: z.output<typeof entrySchema>) => !VersionId || VersionId === onlyVersion;
  const wanted = entries.filter(isThere);
  const keys = wanted.map(({ Key }) => Key);
  const blobIds = await context.store.index.deleteObjects(bucketName(context), keys);
  await removeBlobs(context.store, blobIds);
  sendXml(context.response, 200, "DeleteResult", {
    Deleted: Quiet === "true" ? [] : wanted,
    Error: entries
      .filter((entry) => !isThere(entry))
      .map((entry) => ({
        ...entry,
        Code: "NoSuchVersion",
        Message: "The specified version does not exist.",
      })),
  });
}

/** What the headers of a request say about the object that it makes. */
export function readHeaders(http: IncomingMessage): ObjectAttributes {
  const values = Object.keys(http.headersDistinct).map((name) => [name, header(http, name) ?? ""] as const);
  return readAttributes(values, readTagsHeader(header(http, "x-amz-tagging")));
}
