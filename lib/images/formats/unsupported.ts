import { AppError, type FileKind } from "@/lib/errors";
import { latin1 } from "./byte-reader";
import { brandsOf } from "./heif-image";
import { formats } from "./table";

const saveAsPicture = "Save it as PNG or JPEG and try again.";
const names = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(formats.map(({ name }) => name));
const choosePicture = `Choose a ${names} picture.`;

const sentences: Record<FileKind, string> = {
  archive: `This is an archive or a document, not a picture. ${choosePicture}`,
  bmp: `This is a BMP picture, which Pail does not take. ${saveAsPicture}`,
  icon: `This is an icon file, which Pail does not take. ${saveAsPicture}`,
  jpeg_xl: `This is a JPEG XL picture, which few browsers can show. ${saveAsPicture}`,
  pdf: `This is a PDF document, not a picture. ${saveAsPicture}`,
  photoshop: `This is a Photoshop file, which browsers cannot show. ${saveAsPicture}`,
  raw: "This is a TIFF or a camera's raw file, which browsers cannot show. Export it as JPEG and try again.",
  svg: `This is an SVG drawing, which can carry scripts. ${saveAsPicture}`,
  text: `This is a text file, not a picture. ${choosePicture}`,
  video: `This is a video, and Pail keeps pictures only. ${choosePicture}`,
  web_page: "This is a web page, not a picture. Save the picture itself and try again.",
  other: `This is not a picture that Pail can read. ${choosePicture}`,
};

/** The first bytes of a file, one character each, and what they say. */
const beginnings = Object.entries<FileKind>({
  "%PDF-": "pdf",
  "II*\0": "raw",
  "MM\0*": "raw",
  FUJIFILM: "raw",
  BM: "bmp",
  "8BPS": "photoshop",
  "\xff\x0a": "jpeg_xl",
  "\0\0\0\x0cJXL ": "jpeg_xl",
  "\0\0\x01\0": "icon",
  "\0\0\x02\0": "icon",
  "\x1a\x45\xdf\xa3": "video",
  "PK\x03\x04": "archive",
  "\x1f\x8b": "archive",
});

/** Says what a file is, where its first bytes tell, and what to do instead. */
export function unsupported(head: Uint8Array): AppError {
  const kind = kindOf(head);
  return new AppError("unsupported_type", sentences[kind], { values: { kind } });
}

function kindOf(head: Uint8Array): FileKind {
  const start = latin1(head.subarray(0, 16));
  const known = beginnings.find(([beginning]) => start.startsWith(beginning));
  if (known !== undefined) return known[1];

  const brands = brandsOf(head);
  const isAvi = start.startsWith("RIFF") && start.startsWith("AVI ", 8);
  if (isAvi || brands.length > 0) return "video";
  return textKindOf(head) ?? "other";
}

function textKindOf(head: Uint8Array): FileKind | null {
  const text = decodeText(head.subarray(0, 4096));
  if (text === null) return null;
  if (/<svg[\s>]/i.test(text)) return "svg";
  return /<(!doctype html|html|head|body|script|iframe)[\s>]/i.test(text) ? "web_page" : "text";
}

/** Text of any encoding that a byte order mark names, else UTF-8 or Latin-1; null for what holds control characters. */
function decodeText(bytes: Uint8Array): string | null {
  const mark = latin1(bytes.subarray(0, 2));
  const encoding = mark === "\xff\xfe" ? "utf-16le" : mark === "\xfe\xff" ? "utf-16be" : "utf-8";
  const text = new TextDecoder(encoding).decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells bytes from text
  return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text;
}
