import { type PostForm, readPostForm } from "../forms/post-form";
import { enforcePolicy, type LengthRange } from "../forms/post-policy";
import type { ObjectRecord } from "../index/records";
import { storeObject } from "../index/store-object";
import { checkSignature } from "../signing/signature";
import { checkLifetime, parseLongDate } from "../signing/signing-time";
import type { Body } from "../wire/body";
import { readChecksums, readContentMd5 } from "../wire/checksums";
import { sendContinue } from "../wire/expect-continue";
import { checkKey, header } from "../wire/request";
import { sendEmpty, sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { readAttributes } from "./attributes";
import { bucketName, objectUrl, type RequestContext } from "./request-context";
import { readTagsXml } from "./tagging";

type Fields = ReadonlyMap<string, string>;

/** What a form may hold beside its file: fields, their headers, and what comes after the file. */
const maxBesidesFileBytes = 1024 ** 2;
const signatureLifeSeconds = 7 * 24 * 60 * 60;

/** Takes a browser's form. Its policy, not the request, is what is signed. */
export async function postObject(context: RequestContext): Promise<void> {
  const { store, request } = context;
  const bucket = bucketName(context);
  const length = header(request.http, "content-length");
  if (length === undefined) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  sendContinue(context.response);
  const form = await readPostForm(request.http);
  const fields = expandFilename(form, bucket);
  await authenticate(context, form.fields);
  const range = enforcePolicy(form.fields.get("policy") ?? "", fields, store.now());
  store.index.getBucket(bucket);
  const key = fields.get("key");
  if (!key) {
    throw new S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.", {
      ArgumentName: "key",
    });
  }
  checkKey(key);
  const tagging = fields.get("tagging");
  const attributes = readAttributes(fields, tagging === undefined ? [] : readTagsXml(tagging));
  const provenBytes = Number(length) - maxBesidesFileBytes;
  if (provenBytes > range.max) throw tooLarge(range, provenBytes);
  const body: Body = {
    chunks: withinRange(form.file, range),
    expected: {
      ...readChecksums(fields),
      contentMd5: readContentMd5(fields.get("content-md5")),
    },
  };
  const object = await storeObject(store, { bucket, key, attributes }, body);
  answer(context, fields, key, object);
}

/** S3 puts the file's name, without its folders, in place of ${filename}, in whatever field that stands. */
function expandFilename({ fields, filename }: PostForm, bucket: string): Fields {
  const expanded = new Map([["bucket", bucket]]);
  for (const [name, value] of fields) {
    const literal = name === "policy" || name === "x-amz-signature";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own spelling
    expanded.set(name, literal ? value : value.replaceAll("${filename}", () => filename));
  }
  if (fields.has("bucket") && fields.get("bucket") !== bucket) {
    throw new S3Error(
      "AccessDenied",
      "Invalid according to Policy: the field bucket is not the bucket of the URL.",
      {
        Field: "bucket",
        Expected: bucket,
      },
    );
  }
  return expanded;
}

async function authenticate({ store, endpoint }: RequestContext, fields: Fields): Promise<void> {
  if (!fields.has("policy")) {
    throw new S3Error(
      "AccessDenied",
      "Access Denied: the form has no policy, and nobody may write unsigned.",
    );
  }
  const required = (name: string) => {
    const value = fields.get(name);
    if (value) return value;
    const message = `Bucket POST must contain a field named '${name}'. If it is specified, please check the order of the fields.`;
    throw new S3Error("InvalidArgument", message, { ArgumentName: name });
  };
  const policy = required("policy");
  const signature = required("x-amz-signature");
  if (required("x-amz-algorithm") !== "AWS4-HMAC-SHA256") {
    throw new S3Error("InvalidArgument", "x-amz-algorithm must be AWS4-HMAC-SHA256.");
  }
  const invalid = (name: string, why: string, details?: Record<string, string>) =>
    new S3Error("InvalidArgument", `The field ${name} is not valid: ${why}.`, {
      ArgumentName: name,
      ...details,
    });
  const longDate = required("x-amz-date");
  const signedAt = parseLongDate(longDate);
  if (signedAt === undefined) throw invalid("x-amz-date", "it must be in the form yyyymmddThhmmssZ");
  const { key } = await endpoint.authenticator.checkCredential({
    credential: required("x-amz-credential"),
    sessionToken: fields.get("x-amz-security-token"),
    longDate,
    malformed: (why, details) => invalid("x-amz-credential", why, details),
  });
  checkLifetime(signedAt, signatureLifeSeconds, store.now());
  checkSignature(key, policy, signature);
}

async function* withinRange(file: AsyncIterable<Buffer>, range: LengthRange): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > range.max) throw tooLarge(range, bytes);
    yield chunk;
  }
  if (bytes < range.min) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      Condition: describe(range),
      ProposedSize: String(bytes),
      MinSizeAllowed: String(range.min),
    });
  }
}

function tooLarge(range: LengthRange, bytes: number): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    Condition: describe(range),
    ProposedSize: `at least ${bytes}`,
    MaxSizeAllowed: String(range.max),
  });
}

function describe({ min, max }: LengthRange): string {
  return JSON.stringify(["content-length-range", min, max]);
}

function answer(context: RequestContext, fields: Fields, key: string, object: ObjectRecord): void {
  const bucket = bucketName(context);
  const etag = `"${object.etag}"`;
  const location = objectUrl(context, key);
  const redirect = readRedirect(fields.get("success_action_redirect") ?? fields.get("redirect"));
  context.response.setHeader("ETag", etag);
  if (redirect) {
    for (const [name, value] of Object.entries({ bucket, key, etag }))
      redirect.searchParams.append(name, value);
    sendEmpty(context.response, 303, { Location: redirect.href });
    return;
  }
  context.response.setHeader("Location", location);
  const status = fields.get("success_action_status");
  if (status === "201")
    sendXml(context.response, 201, "PostResponse", {
      Location: location,
      Bucket: bucket,
      Key: key,
      ETag: etag,
    });
  else sendEmpty(context.response, status === "200" ? 200 : 204);
}

/** As in S3, an address that cannot be read counts as none. */
function readRedirect(text: string | undefined): URL | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) ? url : undefined;
}
