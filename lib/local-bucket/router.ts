import {
  createBucket,
  deleteBucket,
  deleteBucketCors,
  getBucketCors,
  getBucketLocation,
  headBucket,
  listBuckets,
  putBucketCors,
} from "./buckets";
import type { Call, SignedCall } from "./call";
import { answerPreflight } from "./cors";
import { getObject, headObject } from "./get-object";
import { listObjectsV2 } from "./list";
import { copyObject, deleteObject, deleteObjects, putObject } from "./objects";
import { postObject } from "./post-object";
import { header, type S3Request } from "./request";
import { notImplemented, S3Error } from "./s3-error";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging";

type Operation = (call: SignedCall) => Promise<void>;

/** Operations by what they are asked of: method, then the subresource in the query if there is one. */
const onService: Record<string, Operation> = { GET: listBuckets };

const onBucket: Record<string, Operation> = {
  GET: listObjectsV2,
  HEAD: headBucket,
  PUT: createBucket,
  DELETE: deleteBucket,
  "GET ?location": getBucketLocation,
  "GET ?cors": getBucketCors,
  "PUT ?cors": putBucketCors,
  "DELETE ?cors": deleteBucketCors,
  "POST ?delete": deleteObjects,
};

const onObject: Record<string, Operation> = {
  GET: getObject,
  HEAD: headObject,
  PUT: putObject,
  "PUT from x-amz-copy-source": copyObject,
  DELETE: deleteObject,
  "GET ?tagging": getObjectTagging,
  "PUT ?tagging": putObjectTagging,
  "DELETE ?tagging": deleteObjectTagging,
};

/** The query parameters that make another operation of a request. Others, such as x-id, mean nothing. */
const subresources = [
  "accelerate",
  "acl",
  "analytics",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "location",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versionId",
  "versioning",
  "versions",
  "website",
];

/** Finds the operation that a request asks for, verifies who asks, and runs it. */
export async function route(call: Call): Promise<void> {
  const { request, response, store } = call;
  if (request.method === "OPTIONS") {
    const bucket = request.bucket === undefined ? undefined : store.index.findBucket(request.bucket);
    return answerPreflight(request.http, response, bucket?.corsRules ?? []);
  }
  if (isForm(request)) return await postObject(call);
  // Before anything is said about what there is.
  const payload = await store.authenticator.authenticate(request);
  await findOperation(request)({ ...call, payload });
}

/** What a log calls the operation of a request. */
export function describeOperation(request: S3Request): string {
  const subresource = subresources.find((name) => request.query.has(name));
  if (subresource !== undefined) return `${request.method} ?${subresource}`;
  return header(request.http, "x-amz-copy-source") === undefined
    ? request.method
    : `${request.method} from x-amz-copy-source`;
}

function findOperation(request: S3Request): Operation {
  const [level, table] =
    request.bucket === undefined
      ? (["the service", onService] as const)
      : request.key === undefined
        ? (["a bucket", onBucket] as const)
        : (["an object", onObject] as const);
  const name = describeOperation(request);
  const operation = table[name];
  if (operation) return operation;
  if (name !== request.method) throw notImplemented(`${name} of ${level}`);
  throw new S3Error("MethodNotAllowed", `The method ${name} is not allowed against ${level}.`, {
    Method: name,
  });
}

/** A form is posted to the bucket itself; it carries its signature inside. */
function isForm(request: S3Request): boolean {
  return (
    request.method === "POST" &&
    request.bucket !== undefined &&
    request.key === undefined &&
    describeOperation(request) === "POST" &&
    header(request.http, "authorization") === undefined
  );
}
