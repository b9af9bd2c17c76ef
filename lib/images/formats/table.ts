import { avif } from "./avif";
import type { Format } from "./format";
import { gif } from "./gif";
import { heic } from "./heic";
import { jpeg } from "./jpeg";
import { png } from "./png";
import { webp } from "./webp";

/**
 * The image formats that Pail takes: a file is of the first that its beginning matches. Everything else that is said of them
 * follows from here. SVG is not among them: see “SVG and HTML” in ../README.md.
 */
export const formats = [jpeg, png, webp, gif, avif, heic] as const satisfies readonly Format[];

export type ImageType = (typeof formats)[number]["type"];

export const imageTypes = formats.map(({ type }) => type);

const byType = new Map<ImageType, Format>(formats.map((format) => [format.type, format]));

/** Throws for what is in the database by another Pail. */
export function formatOf(type: ImageType): Format {
  const format = byType.get(type);
  if (format === undefined) throw new Error(`Pail does not know the image type ${type}`);
  return format;
}

/** For the `accept` of a file dialog. */
export const acceptedFiles = formats.flatMap(({ type, alsoChosenAs }) => [type, ...alsoChosenAs]).join(",");

const extensions = formats.flatMap(({ extension, alsoChosenAs }) => [
  `.${extension}`,
  ...alsoChosenAs.filter((name) => name.startsWith(".")),
]);

/** Whether a file's name says that it is a picture: of what lies in a folder, before anyone has looked into it. */
export const isImageName = (name: string): boolean =>
  extensions.some((extension) => name.toLowerCase().endsWith(extension));
