/**
 * The text of an object's metadata: S3 gives back what is not ASCII as RFC 2047's encoded words, other stores as UTF-8 that
 * Node reads as Latin-1.
 */
export function metadataText(value: string): string {
  const words = value.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=\s*/gi, (_, encoding: string, text: string) =>
    encoding.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("latin1") : quotedPrintable(text),
  );
  const bytes = Buffer.from(words, "latin1");
  // Whatever has characters beyond Latin-1 was read right.
  return bytes.toString("latin1") === words ? bytes.toString("utf8") : words;
}

const quotedPrintable = (text: string): string =>
  text
    .replaceAll("_", " ")
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
