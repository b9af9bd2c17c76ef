import { z } from "zod";
import type { PublicAccessBlock } from "../index/records";
import { readXml, toXml } from "../wire/xml";

const flag = z
  .enum(["true", "false", "TRUE", "FALSE"])
  .transform((text) => text.toLowerCase() === "true")
  .default(false);

const blockSchema = z.strictObject({
  BlockPublicAcls: flag,
  IgnorePublicAcls: flag,
  BlockPublicPolicy: flag,
  RestrictPublicBuckets: flag,
});

export function readPublicAccessBlock(xml: string): PublicAccessBlock {
  return readXml(xml, "PublicAccessBlockConfiguration", blockSchema);
}

export function writePublicAccessBlock(block: PublicAccessBlock): string {
  return toXml("PublicAccessBlockConfiguration", block);
}

const ownershipSchema = z.strictObject({
  Rule: z.strictObject({ ObjectOwnership: z.literal("BucketOwnerEnforced") }),
});

/** There are no ACLs, so the bucket's owner owns every object. */
export function readOwnershipControls(xml: string): "BucketOwnerEnforced" {
  return readXml(xml, "OwnershipControls", ownershipSchema).Rule.ObjectOwnership;
}

export function writeOwnershipControls(ownership: "BucketOwnerEnforced"): string {
  return toXml("OwnershipControls", { Rule: { ObjectOwnership: ownership } });
}
