import { formatOf, type ImageType } from "@/lib/images/formats/table";
import { cleanText } from "@/lib/images/names";
import { isFolderOfProgram } from "@/lib/uploads/client/folder-rule";

/** Bytes of UTF-8. File systems take 255, encrypted ones 143, and Windows counts the whole path. */
const maxBytes = 120;
/** For “ (1234)” and the extension. */
const maxStemBytes = maxBytes - 16;
/** Devices, on Windows, whatever their extension. */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * A name that Windows, macOS and Linux take alike, and that shows what this text says: in one line, without signs that have a meaning
 * in paths, and not too long. Neither hidden, nor a name that `import` and `upload` take for another program's.
 */
export function safeName(text: string): string {
  const plain = cleanText(text, Number.POSITIVE_INFINITY)
    .replaceAll(/[<>:"/\\|?*]/g, "-")
    .replaceAll(/[.\s]+$/g, "")
    .replace(/^[.~\s]+/, "_");
  const cut = cutTo(maxStemBytes, plain).replaceAll(/[.\s]+$/g, "") || "_";
  return devices.test(cut) || isFolderOfProgram(cut, null) ? `${cut}_` : cut;
}

/** Between what people see as characters. */
function cutTo(bytes: number, text: string): string {
  let [kept, left] = ["", bytes];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= Buffer.byteLength(segment);
    if (left < 0) break;
    kept += segment;
  }
  return kept;
}

/** What such a picture's file is called, and then what else, where that is taken: “lake.jpg”, “lake (2).jpg”. */
export function* fileNames(picture: { title: string; name: string; type: ImageType }): Generator<string> {
  const extension = extensionOf(picture);
  yield* numbered(safeName(picture.title), extension);
}

/** The same of a folder. */
export const folderNames = (text: string): Generator<string> => numbered(safeName(text), "");

function* numbered(stem: string, extension: string): Generator<string> {
  yield stem + extension;
  for (let number = 2; ; number += 1) yield `${stem} (${number})${extension}`;
}

/** As the file had it, where that is one of its format. */
function extensionOf({ name, type }: { name: string; type: ImageType }): string {
  const { extension, alsoChosenAs } = formatOf(type);
  const given = /\.[^.]+$/.exec(name)?.[0] ?? "";
  const isFormats = [`.${extension}`, ...alsoChosenAs].includes(given.toLowerCase());
  return isFormats ? given : `.${extension}`;
}

/** Two names of the same key are one file on Windows or macOS. */
export const fileKey = (name: string): string =>
  name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFC");
