import type { BucketSettings } from "../index/records";
import { readXmlBody } from "../wire/body";
import { sendDocument, sendEmpty } from "../wire/response";
import { S3Error, type S3ErrorCode } from "../wire/s3-error";
import { readCorsRules, writeCorsRules } from "./cors";
import { readLifecycleRules, writeLifecycleRules } from "./lifecycle-rules";
import {
  readOwnershipControls,
  readPublicAccessBlock,
  writeOwnershipControls,
  writePublicAccessBlock,
} from "./public-access";
import { bucketName, type SignedRequestContext } from "./request-context";
import { readTagsXml, writeTagsXml } from "./tagging";

/** A configuration of a bucket: how its XML is read and written, and what S3 says where there is none. */
interface Setting<T> {
  read(xml: string): T;
  write(value: T): string;
  missing: [code: S3ErrorCode, message: string];
  /** What a successful change is answered with. */
  putStatus: 200 | 204;
}

const maxBucketTags = 50;

export const cors = operationsOn("cors", {
  read: readCorsRules,
  write: writeCorsRules,
  missing: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
  putStatus: 200,
});

export const lifecycle = operationsOn("lifecycle", {
  read: readLifecycleRules,
  write: writeLifecycleRules,
  missing: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
  putStatus: 200,
});

export const publicAccessBlock = operationsOn("publicAccessBlock", {
  read: readPublicAccessBlock,
  write: writePublicAccessBlock,
  missing: ["NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"],
  putStatus: 200,
});

export const ownershipControls = operationsOn("ownershipControls", {
  read: readOwnershipControls,
  write: writeOwnershipControls,
  missing: ["OwnershipControlsNotFoundError", "The bucket ownership controls were not found"],
  putStatus: 200,
});

export const tagging = operationsOn("tagging", {
  read: (xml) => readTagsXml(xml, maxBucketTags),
  write: writeTagsXml,
  missing: ["NoSuchTagSet", "The TagSet does not exist"],
  putStatus: 204,
});

/** The three operations on one setting. */
function operationsOn<Name extends keyof BucketSettings>(
  name: Name,
  setting: Setting<NonNullable<BucketSettings[Name]>>,
) {
  return {
    async get(context: SignedRequestContext): Promise<void> {
      const bucket = context.store.index.getBucket(bucketName(context));
      const value = bucket.settings[name];
      if (value === undefined || value === null) {
        const [code, message] = setting.missing;
        throw new S3Error(code, message, { BucketName: bucket.name });
      }
      sendDocument(context.response, 200, setting.write(value));
    },
    async put(context: SignedRequestContext): Promise<void> {
      const bucket = bucketName(context);
      context.store.index.getBucket(bucket);
      const value = setting.read(await readXmlBody(context));
      await context.store.index.saveSettings(bucket, { [name]: value });
      sendEmpty(context.response, setting.putStatus);
    },
    async remove(context: SignedRequestContext): Promise<void> {
      await context.store.index.saveSettings(bucketName(context), { [name]: undefined });
      sendEmpty(context.response, 204);
    },
  };
}
