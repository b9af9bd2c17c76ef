import { z } from "zod";

// A row may be from another Pail: what this one does not understand counts as not said.
const text = z
  .string()
  // Half a character would go through JSON into the search index, which the libSQL driver cannot read then.
  .overwrite((said) => said.toWellFormed())
  .optional()
  .catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const positive = z.number().positive().optional().catch(undefined);
const place = z
  .object({
    latitude: z.number().min(-90).max(90).describe("In degrees, north of the equator."),
    longitude: z.number().min(-180).max(180).describe("In degrees, east of Greenwich."),
    altitudeMetres: z.number().optional().catch(undefined).describe("Above the sea."),
  })
  .optional()
  .catch(undefined);

/**
 * What a file says of itself; what it does not say is missing. It is one JSON column of a picture's row, so that a further fact
 * needs no further column: see “Facts” in README.md.
 */
export const factsShape = z.object({
  make: text.describe("Who made the camera."),
  model: text.describe("The camera's model, as its maker writes it."),
  lensMake: text,
  lensModel: text,
  exposureSeconds: positive,
  fNumber: positive,
  iso: positive,
  focalLengthMm: positive.describe("As the lens has it, not as on a film of 35 mm."),
  place: place.describe("Where the camera was, by its own note."),
  isAnimated: flag.describe(
    "Whether it is an animation. Missing where that is not known, as of GIF and WebP.",
  ),
});

export type Facts = z.infer<typeof factsShape>;
/** Where a picture was taken: degrees of WGS 84, to a tenth of a metre. */
export type Place = NonNullable<Facts["place"]>;
/** What a camera notes in EXIF. */
export type ExifFacts = Omit<Facts, "isAnimated">;

/** @param stored `images.facts`, as the database has it */
export const readFacts = (stored: unknown): Facts => factsShape.parse(stored ?? {});
