import { type Conduct, refuse } from "../store-double";

/**
 * As Cloudflare R2's documents say it answers: no POST Object, no SHA-256 on parts, no policies, no ACLs, no versions. Its region is
 * `auto`. https://developers.cloudflare.com/r2/api/s3/api/
 */
export const asR2: Conduct = (request, response, pass) => {
  const { method = "", headers } = request;
  const { searchParams } = new URL(request.url ?? "", "http://r2.invalid");
  const isForm = method === "POST" && /^multipart\/form-data/.test(headers["content-type"] ?? "");
  const isPart = searchParams.has("uploadId") || searchParams.has("uploads");
  const asksSha256 =
    headers["x-amz-checksum-sha256"] !== undefined || headers["x-amz-checksum-algorithm"] === "SHA256";
  const isUnknown = unknown.some((name) => searchParams.has(name)) || headers["x-amz-acl"] !== undefined;
  if (isForm || isUnknown || (isPart && asksSha256)) refuse(request, response, 501, "NotImplemented");
  else pass();
};

const unknown = [
  "policy",
  "acl",
  "publicAccessBlock",
  "ownershipControls",
  "versioning",
  "versions",
  "tagging",
];
