import sharp from "sharp";
import type { Viewer } from "@/lib/accounts/viewer";
import type { FileDate } from "@/lib/images/contract";
import { receiveImage } from "@/lib/uploads/receive";

let pictures = 0;

/** For tests: a small JPEG, each with other pixels, that says when it was taken where that is given: "2024:07:01 00:30:00". */
export async function makeJpeg({ taken, zone }: { taken?: string; zone?: string } = {}): Promise<Buffer> {
  pictures += 1;
  const background = { r: pictures % 256, g: (pictures * 11) % 256, b: (pictures * 37) % 256 };
  const jpeg = sharp({ create: { width: 96, height: 64, channels: 3, background } }).jpeg();
  if (taken === undefined) return await jpeg.toBuffer();
  const exif = { DateTimeOriginal: taken, ...(zone !== undefined && { OffsetTimeOriginal: zone }) };
  return await jpeg.withExif({ IFD2: exif }).toBuffer();
}

/** Adds it as the viewer's, as a program would; its id. */
export async function addPicture(
  viewer: Viewer,
  name: string,
  bytes: Buffer,
  fileDate?: FileDate,
): Promise<string> {
  const body = (async function* () {
    yield bytes;
  })();
  const sent = { name, body, announcedBytes: bytes.length, ...(fileDate && { fileDate }) };
  const outcome = await receiveImage(viewer, sent);
  if (outcome.status === "refused") throw new Error(outcome.error.message);
  return outcome.image.id;
}
