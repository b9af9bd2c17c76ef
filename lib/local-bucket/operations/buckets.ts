import { z } from "zod";
import { removeBlobs } from "../index/store-object";
import { readXmlBody } from "../wire/body";
import { checkBucketName } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { readXml } from "../wire/xml";
import { bucketName, type SignedCall, sendEmpty, sendXml } from "./request-context";

export async function listBuckets(call: SignedCall): Promise<void> {
  const buckets = call.store.index.buckets();
  sendXml(call, 200, "ListAllMyBucketsResult", {
    Owner: { ID: "local", DisplayName: "local" },
    Buckets: {
      Bucket: buckets.map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: new Date(createdAt).toISOString(),
      })),
    },
  });
}

export async function createBucket(call: SignedCall): Promise<void> {
  const name = bucketName(call);
  checkBucketName(name);
  const { store } = call;
  const xml = await readXmlBody(call);
  if (xml) checkLocation(xml, store.region);
  await store.index.createBucket({ name, createdAt: store.now().getTime(), settings: {} });
  sendEmpty(call, 200, { Location: `/${name}` });
}

export async function headBucket(call: SignedCall): Promise<void> {
  call.store.index.getBucket(bucketName(call));
  sendEmpty(call, 200);
}

export async function getBucketLocation(call: SignedCall): Promise<void> {
  call.store.index.getBucket(bucketName(call));
  const { region } = call.store;
  // S3's first region has no name here.
  sendXml(call, 200, "LocationConstraint", region === "us-east-1" ? "" : region);
}

export async function deleteBucket(call: SignedCall): Promise<void> {
  await removeBlobs(call.store, await call.store.index.deleteBucket(bucketName(call)));
  sendEmpty(call, 204);
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
