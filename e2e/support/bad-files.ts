import { randomUUID } from "node:crypto";
import { access, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { cacheFolder, photographsFolder } from "./photos";

/** A file in memory, as Playwright's `setInputFiles` takes it. */
export interface FilePayload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export type RefusalCode =
  | "unsupported_type"
  | "damaged_image"
  | "empty_file"
  | "too_large"
  | "too_many_pixels";

/** A file that someone could choose by mistake or by malice. `file` goes to `setInputFiles` as it is: a path or a payload. */
export type BadFile = { file: string | FilePayload; why: string } & (
  | { expected: "refused"; code: RefusalCode }
  | { expected: "taken" }
);

const script = "<script>document.title = 'taken over'</script>";
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">${script}<rect width="400" height="300" fill="teal"/></svg>`;
const html = `<!doctype html>\n<html lang="en"><body><h1>Not a picture</h1>${script}</body></html>\n`;

/** Files that Pail must refuse, each with the code of the refusal, and good pictures under bad names that it must take. */
export async function makeBadFiles(): Promise<BadFile[]> {
  const brook = await readFile(join(photographsFolder, "brook.jpg"));
  return [
    refused("unsupported_type", "an SVG that says it is a JPEG", jpeg("drawing.jpg", Buffer.from(svg))),
    refused("unsupported_type", "a web page that says it is a JPEG", jpeg("page.jpg", Buffer.from(html))),
    refused(
      "unsupported_type",
      "a text that says it is a PNG",
      png("notes.png", Buffer.from("Milk, bread.\n")),
    ),
    refused(
      "damaged_image",
      "a JPEG that ends at 60 %",
      jpeg("half.jpg", brook.subarray(0, brook.length * 0.6)),
    ),
    refused("empty_file", "a file without a byte", jpeg("empty.jpg", Buffer.alloc(0))),
    refused("too_large", "a good JPEG of 60 MB", await makeLargeJpeg(brook)),
    refused("too_many_pixels", "a PNG of 60,000 × 60,000", png("vast.png", await makeVastPng())),
    {
      file: jpeg(longName, await makeGoodJpeg("dandelions.jpg")),
      why: "a name of 300 characters with right-to-left marks",
      expected: "taken",
    },
    {
      file: jpeg(hostileName, await makeGoodJpeg("fig.jpg")),
      why: "a name with quotes, slashes and newlines",
      expected: "taken",
    },
  ];
}

const longName = `Ferien \u202egpj.exe\u200f ${"am See ".repeat(50)}`.slice(0, 296).concat(".jpg");
const hostileName = `../"it's" <b>mine</b>\r\nX-Name: a/b\\c\n"; filename="x.jpg`;

function refused(code: RefusalCode, why: string, file: string | FilePayload): BadFile {
  return { file, why, expected: "refused", code };
}

function jpeg(name: string, buffer: Buffer): FilePayload {
  return { name, mimeType: "image/jpeg", buffer };
}

function png(name: string, buffer: Buffer): FilePayload {
  return { name, mimeType: "image/png", buffer };
}

/** Smaller than the photograph itself, so that it is a duplicate of nothing else. */
function makeGoodJpeg(source: string): Promise<Buffer> {
  return sharp(join(photographsFolder, source)).resize(1200).jpeg().toBuffer();
}

/** Claims far more pixels than its data could hold. */
async function makeVastPng(): Promise<Buffer> {
  const signatureBytes = 8;
  const header = Buffer.from("0000000d494844520000ea600000ea6008020000000fb0e215", "hex");
  const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  header.copy(small, signatureBytes);
  return small;
}

/** Comments full of zeros go between the start of the picture and the rest of it; the disk stores little of them. */
async function makeLargeJpeg(picture: Buffer): Promise<string> {
  const folder = await cacheFolder("large");
  const path = join(folder, "large.jpg");
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) return path;

  const aside = join(folder, `.${randomUUID()}`);
  const startBytes = 2;
  const comment = { bytes: 2 + 0xffff, head: Buffer.from("fffeffff", "hex"), count: 920 };
  const file = await open(aside, "w");
  try {
    await file.write(picture, 0, startBytes, 0);
    for (let index = 0; index < comment.count; index += 1) {
      await file.write(comment.head, 0, comment.head.length, startBytes + index * comment.bytes);
    }
    await file.write(picture, startBytes, null, startBytes + comment.count * comment.bytes);
  } finally {
    await file.close();
  }
  await rename(aside, path);
  return path;
}
