import type { ImageType } from "@/lib/images/contract";

/** Pictures that lie: twice as wide as high, and to be shown turned by a quarter. In base64. */
const lying: Partial<Record<ImageType, string>> = {
  "image/png":
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAANZnS2kAAAAPSURBVAiZY/jPwPCfgQEACP4B/8o60lEAAAAASUVORK5CYII=",
  "image/avif":
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxYXZpZm1pYWYAAADebWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAA" +
    "AAAAAAAAAAAOcGl0bQAAAAAAAQAAACBpbG9jAQAAAEQAAAEAAQAAAAAAAQAAAQYAAABIAAAAI2lpbmYAAAAAAAEAAAAVaW5m" +
    "ZQIAAAAAAQAAYXYwMQAAAABgaXBycAAAAEFpcGNvAAAAFGlzcGUAAAAAAAAAgAAAAEAAAAAQcGl4aQAAAAADCAgIAAAADGF2" +
    "MUOBAAwAAAAACWlyb3QBAAAAF2lwbWEAAAAAAAAAAQABBIGCg4QAAABQbWRhdBIACgkYGX/+0QENBoQyORSjw8MQw88880Eg" +
    "AM/MRSK+LBrwPO1DmcoCVNdnpTP5U7gldOjrTnJzdsbti50WoCxe3E5p9ivSSA==",
};

const known = new Map<ImageType, Promise<boolean>>();

/**
 * Whether this browser turns pictures of a type upright where it decodes them for a canvas. WebKitGTK does so of JPEG alone, and of
 * a picture that stands on its head, or in a mirror, or is square, the size does not tell.
 */
export function turnsUpright(type: ImageType): Promise<boolean> {
  const turns = known.get(type) ?? tryToTurn(type);
  known.set(type, turns);
  return turns;
}

async function tryToTurn(type: ImageType): Promise<boolean> {
  const picture = lying[type];
  if (picture === undefined) return true;
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  try {
    return bitmap.height > bitmap.width;
  } finally {
    bitmap.close();
  }
}
