import "server-only";
import { z } from "zod";
import { imageTypes } from "@/lib/images/formats/table";
import { byKind, variantKinds, variantTypes } from "@/lib/images/variants";
import { type ImageOffer, maxFilesPerBegin, maxFilesPerConfirm, uploadPartBytes } from "./contract";

const sha256 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, "must be a SHA-256 in base64");
const bytes = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);

const maxParts = 320;
const original = z
  .strictObject({ type: z.enum(imageTypes), bytes, sha256, parts: z.array(sha256).max(maxParts).optional() })
  .refine(
    ({ bytes, parts }) => parts === undefined || parts.length === Math.ceil(bytes / uploadPartBytes),
    "must have a SHA-256 for each of its parts",
  );

const variant = z.strictObject({ type: z.enum(variantTypes), bytes, sha256 });

const maxZoneMinutes = 16 * 60;
const fileDate = z.strictObject({
  at: z.number().int(),
  zoneMinutes: z.number().int().min(-maxZoneMinutes).max(maxZoneMinutes).nullable(),
  source: z.enum(["sidecar", "file"]),
});

const offerShape = z.strictObject({
  name: z.string().max(4096),
  original,
  ...byKind(variantKinds, () => variant),
  thumbhash: z.string().regex(/^[A-Za-z0-9+/]{7,40}={0,2}$/, "must be a thumbhash in base64"),
  // A date that makes no sense is no reason to refuse a picture.
  fileDate: fileDate.optional().catch(undefined),
  uploadId: z.uuid().optional(),
}) satisfies z.ZodType<ImageOffer>;

/** What begin takes. */
export const offersShape = z.array(offerShape).min(1).max(maxFilesPerBegin);
/** What confirm and abandon take. */
export const uploadIdsShape = z.array(z.uuid()).min(1).max(maxFilesPerConfirm);
