import { answerPreflight } from "../operations/cors";
import { findOperation } from "../operations/operation-table";
import { checkExpectedOwner } from "../operations/owner";
import { postObject } from "../operations/post-object";
import type { RequestContext } from "../operations/request-context";
import { checkVersion } from "../operations/versions";
import { header, restoreHoistedHeaders } from "../wire/request";
import { notImplemented, S3Error } from "../wire/s3-error";

/** Verifies who asks, and runs the operation that is asked for. */
export async function route(context: RequestContext): Promise<void> {
  const { request, response, store, endpoint } = context;
  const { http, method, bucket } = request;
  // A refused signature may have been for another region: so an SDK finds this one.
  response.setHeader("x-amz-bucket-region", endpoint.region);
  if (method === "OPTIONS") {
    const rules = bucket === undefined ? undefined : store.index.findBucket(bucket)?.settings.cors;
    answerPreflight(http, response, rules ?? []);
    return;
  }
  // A form carries its signature inside.
  if (findOperation(request)?.name === "PostObject" && header(http, "authorization") === undefined) {
    await postObject(context);
    return;
  }
  // Before anything is said about what there is.
  const payload = await endpoint.authenticator.authenticate(request);
  restoreHoistedHeaders(request);
  const operation = findOperation(request);
  if (!operation) {
    const message = "The specified method is not allowed against this resource.";
    throw new S3Error("MethodNotAllowed", message, { Method: method });
  }
  if (!operation.run) throw notImplemented(operation.name);
  checkVersion(operation.name, request);
  const signed = { ...context, payload };
  checkExpectedOwner(signed, bucket, "x-amz-expected-bucket-owner");
  await operation.run(signed);
}
