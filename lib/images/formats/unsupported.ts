import { AppError } from "@/lib/errors";
import { formatAlternatives } from "@/lib/texts/formats";
import { latin1 } from "./byte-reader";
import { brandsOf } from "./heif-image";
import { formats } from "./table";

const names = formats.map(({ name }) => name);
const saveAsPicture = "Save it as PNG or JPEG and try again.";
const choosePicture = `Choose a ${formatAlternatives("en", names)} picture.`;

/** What a file is that is not taken. Pages say the same of it: `unsupported_type` in lib/texts. */
const sentences = {
  archive: `This is an archive or a document, not a picture. ${choosePicture}`,
  pdf: `This is a PDF document, not a picture. ${saveAsPicture}`,
  raw: "This is a TIFF or a camera's raw file, which browsers cannot show. Export it as JPEG and try again.",
  svg: `This is an SVG drawing, which can carry scripts. ${saveAsPicture}`,
  text: `This is a text file, not a picture. ${choosePicture}`,
  video: `This is a video, and Pail keeps pictures only. ${choosePicture}`,
  web_page: "This is a web page, not a picture. Save the picture itself and try again.",
  other: `This is not a picture that Pail can read. ${choosePicture}`,
};

type FileKind = keyof typeof sentences;

/** Of a picture whose format is known by name, and not taken. */
const sentenceOfFormat = (format: string) => `Pail does not take ${format} files. ${saveAsPicture}`;

/** The first bytes of such pictures, one character each, and the names of their formats. */
const formatsByBeginning = Object.entries({
  BM: "BMP",
  "8BPS": "Photoshop",
  "\xff\x0a": "JPEG XL",
  "\0\0\0\x0cJXL ": "JPEG XL",
  "\0\0\x01\0": "ICO",
  "\0\0\x02\0": "ICO",
});

/** The same of other files. */
const kindsByBeginning = Object.entries<FileKind>({
  "%PDF-": "pdf",
  "II*\0": "raw",
  "MM\0*": "raw",
  FUJIFILM: "raw",
  "\x1a\x45\xdf\xa3": "video",
  "PK\x03\x04": "archive",
  "\x1f\x8b": "archive",
});

/** Says what a file is, where its first bytes tell, and what to do instead. */
export function unsupported(head: Uint8Array): AppError {
  const start = latin1(head.subarray(0, 16));
  const [, format] = formatsByBeginning.find(([beginning]) => start.startsWith(beginning)) ?? [];
  if (format !== undefined) {
    return new AppError("unsupported_type", sentenceOfFormat(format), {
      values: { kind: "other_format", format },
    });
  }
  const kind = kindOf(start, head);
  return new AppError("unsupported_type", sentences[kind], { values: { kind, formats: names } });
}

function kindOf(start: string, head: Uint8Array): FileKind {
  const [, known] = kindsByBeginning.find(([beginning]) => start.startsWith(beginning)) ?? [];
  if (known !== undefined) return known;
  const isAvi = start.startsWith("RIFF") && start.startsWith("AVI ", 8);
  if (isAvi || brandsOf(head).length > 0) return "video";
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
