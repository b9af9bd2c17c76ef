import { z } from "zod";
import { type ImageType, imageTypes } from "./formats/table";
import { wordsOf } from "./search-words";

export const orientations = ["landscape", "portrait", "square"] as const;

/** What an address asks for; what it says otherwise than it could counts as not said. */
export const searchShape = z.object({
  q: z.string().default("").catch(""),
  year: z.coerce.number().int().min(1).max(9999).optional().catch(undefined),
  /** counts with a year only */
  month: z.coerce.number().int().min(1).max(12).optional().catch(undefined),
  type: z
    .enum(imageTypes as [ImageType, ...ImageType[]])
    .optional()
    .catch(undefined),
  camera: z.string().min(1).max(500).optional().catch(undefined),
  favourite: z.literal("1").optional().catch(undefined),
  /** none: what is in no album */
  album: z
    .union([z.literal("none"), z.uuid()])
    .optional()
    .catch(undefined),
  orientation: z.enum(orientations).optional().catch(undefined),
});
export type Search = z.infer<typeof searchShape>;

/** Whether it asks for anything: what asks for nothing finds nothing. */
export const asksForAnything = (search: Search): boolean =>
  wordsOf(search.q).length > 0 ||
  Object.entries(search).some(([name, value]) => name !== "q" && name !== "month" && value !== undefined);
