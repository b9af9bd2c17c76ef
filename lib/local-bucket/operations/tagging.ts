import { z } from "zod";
import type { Tag } from "../index/records";
import { readXmlBody } from "../wire/body";
import { sendDocument, sendEmpty } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { listOf, readXml, toXml } from "../wire/xml";
import { bucketName, objectKey, type SignedRequestContext } from "./request-context";

const maxObjectTags = 10;

export async function getObjectTagging(context: SignedRequestContext): Promise<void> {
  const { tags } = context.store.index.getObject(bucketName(context), objectKey(context));
  sendDocument(context.response, 200, writeTagsXml(tags));
}

export async function putObjectTagging(context: SignedRequestContext): Promise<void> {
  const tags = readTagsXml(await readXmlBody(context));
  await context.store.index.saveTags(bucketName(context), objectKey(context), tags);
  sendEmpty(context.response, 200);
}

export async function deleteObjectTagging(context: SignedRequestContext): Promise<void> {
  await context.store.index.saveTags(bucketName(context), objectKey(context), []);
  sendEmpty(context.response, 204);
}

const tagSchema = z.object({ Key: z.string(), Value: z.string() });
const taggingSchema = z.object({
  TagSet: z.union([
    // An empty element is read as text.
    z.string().transform(() => ({ Tag: [] })),
    z.object({ Tag: listOf(tagSchema) }),
  ]),
});

/** The tags of a Tagging document, as the tagging operations and the form field "tagging" have them. */
export function readTagsXml(xml: string, most = maxObjectTags): Tag[] {
  const { TagSet } = readXml(xml, "Tagging", taggingSchema);
  return checkTags(
    TagSet.Tag.map(({ Key, Value }) => ({ key: Key, value: Value })),
    most,
  );
}

export function writeTagsXml(tags: readonly Tag[]): string {
  return toXml("Tagging", {
    TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
  });
}

/** The tags of the header x-amz-tagging, which is written like a query. */
export function readTagsHeader(text: string | undefined): Tag[] {
  return checkTags([...new URLSearchParams(text ?? "")].map(([key, value]) => ({ key, value })));
}

function checkTags(tags: Tag[], most = maxObjectTags): Tag[] {
  if (tags.length > most) throw new S3Error("InvalidTag", `There can be at most ${most} tags.`);
  if (new Set(tags.map(({ key }) => key)).size < tags.length) {
    throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
  }
  for (const { key, value } of tags) {
    if (key.length < 1 || key.length > 128)
      throw new S3Error("InvalidTag", "A tag's key has 1 to 128 characters.");
    if (value.length > 256) throw new S3Error("InvalidTag", "A tag's value has at most 256 characters.");
  }
  return tags;
}
