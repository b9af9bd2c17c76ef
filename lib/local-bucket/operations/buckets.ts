import { z } from "zod";
import { removeBlobs } from "../index/store-object";
import { readXmlBody } from "../wire/body";
import { checkBucketName } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { readXml } from "../wire/xml";
import { owner } from "./owner";
import { bucketName, type SignedRequestContext } from "./request-context";

export async function listBuckets(context: SignedRequestContext): Promise<void> {
  const buckets = context.store.index.buckets();
  sendXml(context.response, 200, "ListAllMyBucketsResult", {
    Owner: owner,
    Buckets: {
      Bucket: buckets.map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: new Date(createdAt).toISOString(),
      })),
    },
  });
}

export async function createBucket(context: SignedRequestContext): Promise<void> {
  const name = bucketName(context);
  checkBucketName(name);
  const { store, endpoint } = context;
  const xml = await readXmlBody(context);
  if (xml) checkLocation(xml, endpoint.region);
  await store.index.createBucket({ name, createdAt: store.now().getTime(), settings: {} });
  sendEmpty(context.response, 200, { Location: `/${name}` });
}

export async function headBucket(context: SignedRequestContext): Promise<void> {
  context.store.index.getBucket(bucketName(context));
  sendEmpty(context.response, 200);
}

export async function getBucketLocation(context: SignedRequestContext): Promise<void> {
  context.store.index.getBucket(bucketName(context));
  const { region } = context.endpoint;
  // S3's first region has no name here.
  sendXml(context.response, 200, "LocationConstraint", region === "us-east-1" ? "" : region);
}

export async function deleteBucket(context: SignedRequestContext): Promise<void> {
  await removeBlobs(context.store, await context.store.index.deleteBucket(bucketName(context)));
  sendEmpty(context.response, 204);
}

const configurationSchema = z.union([
  z.literal("").transform(() => ({ LocationConstraint: undefined })),
  z.object({ LocationConstraint: z.string().optional() }),
]);

function checkLocation(xml: string, region: string): void {
  const { LocationConstraint } = readXml(xml, "CreateBucketConfiguration", configurationSchema);
  const location = LocationConstraint || region;
  if (location === region) return;
  throw new S3Error(
    "IllegalLocationConstraintException",
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    { ExpectedRegion: region },
  );
}
