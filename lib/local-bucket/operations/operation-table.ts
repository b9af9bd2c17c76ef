import { header, queryValue, type S3Request } from "../wire/request";
import { getBucketAcl, getObjectAcl } from "./acl";
import * as settings from "./bucket-settings";
import * as buckets from "./buckets";
import { completeMultipartUpload } from "./complete-upload";
import { copyObject } from "./copy-object";
import { getObject, headObject } from "./get-object";
import { listObjects, listObjectsV2 } from "./list";
import * as multipart from "./multipart";
import { listMultipartUploads, listParts } from "./multipart-lists";
import { getObjectAttributes } from "./object-attributes";
import { deleteObject, deleteObjects, putObject } from "./objects";
import type { SignedRequestContext } from "./request-context";
import * as tagging from "./tagging";
import { uploadPartCopy } from "./upload-part-copy";
import { getBucketVersioning, listObjectVersions } from "./versions";

type Run = (context: SignedRequestContext) => Promise<void>;

/** An operation of S3 by its own name. One without `run` is known, but not implemented. */
export interface Operation {
  name: string;
  run?: Run | undefined;
}

/** By method, what it is asked of, and what in the request makes another operation of it. */
const operations: Record<string, [name: string, run?: Run]> = {
  "GET service": ["ListBuckets", buckets.listBuckets],

  "PUT bucket": ["CreateBucket", buckets.createBucket],
  "HEAD bucket": ["HeadBucket", buckets.headBucket],
  "DELETE bucket": ["DeleteBucket", buckets.deleteBucket],
  "GET bucket ?location": ["GetBucketLocation", buckets.getBucketLocation],
  "GET bucket ?cors": ["GetBucketCors", settings.cors.get],
  "PUT bucket ?cors": ["PutBucketCors", settings.cors.put],
  "DELETE bucket ?cors": ["DeleteBucketCors", settings.cors.remove],
  "GET bucket ?lifecycle": ["GetBucketLifecycleConfiguration", settings.lifecycle.get],
  "PUT bucket ?lifecycle": ["PutBucketLifecycleConfiguration", settings.lifecycle.put],
  "DELETE bucket ?lifecycle": ["DeleteBucketLifecycle", settings.lifecycle.remove],
  "GET bucket ?publicAccessBlock": ["GetPublicAccessBlock", settings.publicAccessBlock.get],
  "PUT bucket ?publicAccessBlock": ["PutPublicAccessBlock", settings.publicAccessBlock.put],
  "DELETE bucket ?publicAccessBlock": ["DeletePublicAccessBlock", settings.publicAccessBlock.remove],
  "GET bucket ?ownershipControls": ["GetBucketOwnershipControls", settings.ownershipControls.get],
  "PUT bucket ?ownershipControls": ["PutBucketOwnershipControls", settings.ownershipControls.put],
  "DELETE bucket ?ownershipControls": ["DeleteBucketOwnershipControls", settings.ownershipControls.remove],
  "GET bucket ?tagging": ["GetBucketTagging", settings.tagging.get],
  "PUT bucket ?tagging": ["PutBucketTagging", settings.tagging.put],
  "DELETE bucket ?tagging": ["DeleteBucketTagging", settings.tagging.remove],

  "GET bucket ?acl": ["GetBucketAcl", getBucketAcl],
  "PUT bucket ?acl": ["PutBucketAcl"],
  "GET bucket ?versioning": ["GetBucketVersioning", getBucketVersioning],

  "GET bucket": ["ListObjects", listObjects],
  "GET bucket ?list-type=2": ["ListObjectsV2", listObjectsV2],
  "GET bucket ?versions": ["ListObjectVersions", listObjectVersions],
  "POST bucket ?delete": ["DeleteObjects", deleteObjects],
  "POST bucket": ["PostObject"],

  "GET object": ["GetObject", getObject],
  "HEAD object": ["HeadObject", headObject],
  "PUT object": ["PutObject", putObject],
  "PUT object from another": ["CopyObject", copyObject],
  "DELETE object": ["DeleteObject", deleteObject],
  "GET object ?acl": ["GetObjectAcl", getObjectAcl],
  "PUT object ?acl": ["PutObjectAcl"],
  "GET object ?attributes": ["GetObjectAttributes", getObjectAttributes],
  "GET object ?tagging": ["GetObjectTagging", tagging.getObjectTagging],
  "PUT object ?tagging": ["PutObjectTagging", tagging.putObjectTagging],
  "DELETE object ?tagging": ["DeleteObjectTagging", tagging.deleteObjectTagging],

  "GET bucket ?uploads": ["ListMultipartUploads", listMultipartUploads],
  "POST object ?uploads": ["CreateMultipartUpload", multipart.createMultipartUpload],
  "GET object ?uploadId": ["ListParts", listParts],
  "PUT object ?uploadId": ["UploadPart", multipart.uploadPart],
  "PUT object from another ?uploadId": ["UploadPartCopy", uploadPartCopy],
  "POST object ?uploadId": ["CompleteMultipartUpload", completeMultipartUpload],
  "DELETE object ?uploadId": ["AbortMultipartUpload", multipart.abortMultipartUpload],
};

/**
 * The query parameters that make another operation of a request, with what AWS calls the thing. Others, such as x-id,
 * mean nothing.
 */
const subresources: Record<string, string> = {
  accelerate: "BucketAccelerateConfiguration",
  acl: "Acl",
  analytics: "BucketAnalyticsConfiguration",
  attributes: "ObjectAttributes",
  cors: "BucketCors",
  delete: "Objects",
  encryption: "BucketEncryption",
  "intelligent-tiering": "BucketIntelligentTieringConfiguration",
  inventory: "BucketInventoryConfiguration",
  "legal-hold": "ObjectLegalHold",
  lifecycle: "BucketLifecycleConfiguration",
  location: "BucketLocation",
  logging: "BucketLogging",
  metrics: "BucketMetricsConfiguration",
  notification: "BucketNotificationConfiguration",
  "object-lock": "ObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policy: "BucketPolicy",
  policyStatus: "BucketPolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "BucketReplication",
  requestPayment: "BucketRequestPayment",
  restore: "ObjectRestoration",
  retention: "ObjectRetention",
  select: "ObjectSelection",
  tagging: "Tagging",
  torrent: "ObjectTorrent",
  uploadId: "MultipartUpload",
  uploads: "MultipartUploads",
  versioning: "BucketVersioning",
  versions: "ObjectVersions",
  website: "BucketWebsite",
};

/** Names the operation that a request asks for; undefined where S3 has none. */
export function findOperation(request: S3Request): Operation | undefined {
  const level = request.bucket === undefined ? "service" : request.key === undefined ? "bucket" : "object";
  const subresource = [...request.query.keys()].find((name) => Object.hasOwn(subresources, name));
  const known = operations[`${request.method} ${level}${distinction(request, subresource)}`];
  if (known) return { name: known[0], run: known[1] };
  if (subresource === undefined) return undefined;
  const verb = request.method.charAt(0) + request.method.slice(1).toLowerCase();
  return { name: `${verb}${subresources[subresource]}` };
}

function distinction(
  { method, http, query, key, bucket }: S3Request,
  subresource: string | undefined,
): string {
  const copies = method === "PUT" && key !== undefined && header(http, "x-amz-copy-source") !== undefined;
  const source = copies ? " from another" : "";
  if (subresource !== undefined) return `${source} ?${subresource}`;
  const lists = method === "GET" && bucket !== undefined && key === undefined;
  return lists && queryValue(query, "list-type") === "2" ? " ?list-type=2" : source;
}
