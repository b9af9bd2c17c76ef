import { z } from "zod";
import type { TokenScope } from "@/lib/accounts/tokens";
import { answerCodes } from "@/lib/error-codes";
import { capturedSources } from "@/lib/images/contract";
import { factsShape } from "@/lib/images/facts";
import { imageTypes } from "@/lib/images/formats/table";
import { type VariantUrls, variantKinds } from "@/lib/images/variants";
import { maxFilesPerBegin } from "@/lib/uploads/contract";
import { fileMoment } from "./file-date";

/** One thing that programs can ask for. Its route checks by it, the OpenAPI document is made from it, `upload` reads by it. */
export interface Operation {
  method: "GET" | "POST" | "DELETE";
  path: `/api/v1/${string}`;
  summary: string;
  description?: string;
  scope: TokenScope;
  /** What the path names, and beside that: the query, or with a `body` of json the body. */
  input: z.ZodObject;
  body?: "json" | "file";
  answer: z.ZodObject;
}

const id = z.uuid();
const moment = z.iso.datetime();
const signedUrl = z.url().describe("Signed: whoever has it sees the picture, for at most a day.");

const image = z.object({
  id,
  url: z.url().describe("Its page, for people who have signed in."),
  title: z.string(),
  width: z.int(),
  height: z.int(),
  capturedAt: moment.describe(
    "When it was taken, as far as that is known: what the camera's clock showed, written as if in UTC.",
  ),
  thumbUrl: signedUrl,
});

const variantUrls = variantKinds.map((kind) => [`${kind}Url`, signedUrl] as const);

const imageDetails = image.extend({
  description: z.string().describe("What a person wrote of it, in lines; empty where nobody has."),
  altText: z.string().describe("What a screen reader says in place of the picture; empty: the title does."),
  isFavourite: z.boolean(),
  name: z.string().describe("The name of its file."),
  type: z.enum(imageTypes),
  bytes: z.int(),
  sha256: z.string().describe("In hex."),
  capturedZone: z
    .string()
    .nullable()
    .describe("The offset of that clock, like “+02:00”; null where nobody noted it."),
  capturedSource: z
    .enum(capturedSources)
    .describe(
      "Where that is from: the picture, what came beside it (takenAt), its file (lastModified), or the day it was added. Of a date that a person set, where the earlier one was from.",
    ),
  isDateEdited: z.boolean().describe("Whether a person set the date."),
  createdAt: moment,
  facts: factsShape.describe("What the file says of itself; what it does not say is missing."),
  ...(Object.fromEntries(variantUrls) as VariantUrls<typeof signedUrl>),
  downloadUrl: signedUrl,
});

const failure = z.object({
  code: z.string().describe(`Stable; a later version may know more: ${answerCodes().join(", ")}.`),
  message: z.string(),
});
/** What every refused request is answered. */
export const errorAnswer = z.object({ error: failure });

const strings = z.record(z.string(), z.string());
const form = z
  .discriminatedUnion("method", [
    z
      .object({ method: z.literal("POST"), url: z.url(), fields: strings })
      .describe("POST it as multipart/form-data: every field, then the bytes as “file”."),
    z
      .object({ method: z.literal("PUT"), url: z.url(), headers: strings })
      .describe(
        "PUT the bytes with these headers, also those that are empty, with a Content-Length and not chunked. Where the bucket answers 412, it is there already: confirm it.",
      ),
  ])
  .describe("How to send it to the bucket, which way follows from the bucket.");
const expiresInSeconds = z
  .int()
  .describe("How long the form can be used. Ask again, with its id, for a fresh one.");

const outcome = z.discriminatedUnion("status", [
  z.object({ status: z.literal("granted"), id, form, expiresInSeconds }),
  z.object({ status: z.literal("duplicate"), image }),
  z.object({ status: z.literal("refused"), error: failure }),
]);

const digest = (name: string, base64: RegExp, hex: RegExp) =>
  z
    .union([z.string().regex(base64), z.string().regex(hex)], { error: `must be ${name} in hex or base64` })
    .transform((text) => (hex.test(text) ? Buffer.from(text, "hex").toString("base64") : text));
const sha256 = digest("a SHA-256", /^[A-Za-z0-9+/]{43}=$/, /^[0-9a-fA-F]{64}$/).describe("In hex or base64.");
const md5 = digest("an MD5", /^[A-Za-z0-9+/]{22}==$/, /^[0-9a-fA-F]{32}$/)
  .optional()
  .describe("In hex or base64. Some buckets need it: without, the file is refused as “digest_missing”.");

const fileMoments = {
  takenAt: fileMoment
    .optional()
    .describe(
      "When it was taken, if you know that from elsewhere. What the picture says itself goes before it.",
    ),
  lastModified: fileMoment
    .optional()
    .describe("When the file was last changed: for a picture of which nothing better is known."),
};

const file = z.strictObject({
  name: z.string().max(4096),
  type: z.enum(imageTypes).describe("What the bytes are, whatever the name says: it is checked."),
  bytes: z.int().positive(),
  sha256,
  md5,
  ...fileMoments,
  uploadId: id.optional().describe("An upload of these bytes whose form has expired: it gets a fresh one."),
});

const nothing = z.object({});

export const operations = {
  beginUploads: {
    method: "POST",
    path: "/api/v1/uploads",
    summary: "Ask to send pictures",
    description:
      "For each file, in their order: a form or a signed PUT for the bucket, or the picture that you already have with these bytes, or why not. Then send it, and confirm.",
    scope: "upload",
    input: z.strictObject({ files: z.array(file).min(1).max(maxFilesPerBegin) }),
    body: "json",
    answer: z.object({ files: z.array(outcome) }),
  },
  confirmUpload: {
    method: "POST",
    path: "/api/v1/uploads/{id}/confirm",
    summary: "Say that the bucket has it",
    description:
      "The server checks what arrived, makes the smaller versions and records the picture. It may be asked again: the answer stays the same.",
    scope: "upload",
    input: z.object({ id }),
    answer: image,
  },
  abandonUpload: {
    method: "DELETE",
    path: "/api/v1/uploads/{id}",
    summary: "Give an upload up that has not become a picture",
    scope: "upload",
    input: z.object({ id }),
    answer: nothing,
  },
  sendImage: {
    method: "POST",
    path: "/api/v1/images",
    summary: "Send a picture in one request",
    description:
      "For programs that cannot send a form to the bucket. The body is the file, and its bytes say what it is; what you already have is answered as it is. Where Pail runs as serverless functions, their limit is the body's.",
    scope: "upload",
    input: z.object({ name: z.string().max(4096).default("picture"), ...fileMoments }),
    body: "file",
    answer: image,
  },
  listImages: {
    method: "GET",
    path: "/api/v1/images",
    summary: "The pictures, newest first",
    scope: "read",
    input: z.object({
      cursor: z
        .string()
        .regex(/^-?\d{1,15}_([\w-]*_)?[0-9a-f-]{36}$/, "must be a “next” of an earlier answer")
        .optional()
        .describe("The “next” of an earlier answer: what comes behind it."),
    }),
    answer: z.object({
      images: z.array(image),
      next: z.string().nullable().describe("null on the last page."),
    }),
  },
  getImage: {
    method: "GET",
    path: "/api/v1/images/{id}",
    summary: "All about one picture",
    scope: "read",
    input: z.object({ id }),
    answer: imageDetails,
  },
  deleteImage: {
    method: "DELETE",
    path: "/api/v1/images/{id}",
    summary: "Delete a picture",
    description:
      "As on its page: it is gone from the gallery at once, and for good once its days in the trash are over (TRASH_DAYS, 30 by default).",
    scope: "delete",
    input: z.object({ id }),
    answer: nothing,
  },
} as const satisfies Record<string, Operation>;
