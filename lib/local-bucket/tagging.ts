import { z } from "zod";
import { readXmlBody } from "./body";
import { bucketName, objectKey, type SignedCall, sendEmpty, sendXml } from "./call";
import type { Tag } from "./index-rows";
import { S3Error } from "./s3-error";
import { fromXml } from "./xml";

export async function getObjectTagging(call: SignedCall): Promise<void> {
  const { tags } = call.store.index.getObject(bucketName(call), objectKey(call));
  sendXml(call, 200, "Tagging", {
    TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
  });
}

export async function putObjectTagging(call: SignedCall): Promise<void> {
  const tags = readTagsXml(await readXmlBody(call));
  await call.store.index.saveTags(bucketName(call), objectKey(call), tags);
  sendEmpty(call, 200);
}

export async function deleteObjectTagging(call: SignedCall): Promise<void> {
  await call.store.index.saveTags(bucketName(call), objectKey(call), []);
  sendEmpty(call, 204);
}

const tagSchema = z.object({ Key: z.string(), Value: z.string() });
const taggingSchema = z.object({
  // An empty element is read as text.
  TagSet: z.union([
    z.string().transform(() => ({ Tag: [] })),
    z.object({ Tag: z.union([tagSchema.transform((tag) => [tag]), z.array(tagSchema)]) }),
  ]),
});

/** The tags of a Tagging document, as PutObjectTagging and the form field "tagging" have them. */
export function readTagsXml(xml: string): Tag[] {
  const parsed = taggingSchema.safeParse(fromXml(xml, "Tagging"));
  if (!parsed.success)
    throw new S3Error("MalformedXML", "Tagging must hold one TagSet of Tag with Key and Value.");
  return checkTags(parsed.data.TagSet.Tag.map(({ Key, Value }) => ({ key: Key, value: Value })));
}

/** The tags of the header x-amz-tagging, which is written like a query. */
export function readTagsHeader(text: string | undefined): Tag[] {
  return checkTags([...new URLSearchParams(text ?? "")].map(([key, value]) => ({ key, value })));
}

function checkTags(tags: Tag[]): Tag[] {
  if (tags.length > 10) throw new S3Error("InvalidTag", "Object tags cannot be greater than 10");
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
