import { sendXml } from "../wire/response";
import { owner } from "./owner";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

/** Everything belongs to the one account, and nobody else may do anything with it. */
const policy = {
  Owner: owner,
  AccessControlList: {
    Grant: {
      'Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"': owner,
      Permission: "FULL_CONTROL",
    },
  },
};

export async function getBucketAcl(context: SignedRequestContext): Promise<void> {
  context.store.index.getBucket(bucketName(context));
  sendXml(context.response, 200, "AccessControlPolicy", policy);
}

export async function getObjectAcl(context: SignedRequestContext): Promise<void> {
  context.store.index.getObject(bucketName(context), objectKey(context));
  sendXml(context.response, 200, "AccessControlPolicy", policy);
}
