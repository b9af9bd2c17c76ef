import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";

/** A small photograph that notes all that Pail reads; another one each time. */
export async function makeNotedPhotograph(
  name = "IMG_0042.jpg",
  taken = "2024:07:01 00:30:00",
): Promise<string> {
  const [width, height] = [60, 40];
  const grain = await sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .resize(1200, 800, { kernel: "cubic" })
    .jpeg()
    .withExif({
      IFD0: { Make: "FUJIFILM", Model: "X100V" },
      IFD2: {
        ...{ DateTimeOriginal: taken, OffsetTimeOriginal: "+02:00" },
        ...{ ExposureTime: "1/250", FNumber: "28/10", ISOSpeedRatings: "160", FocalLength: "23/1" },
        LensModel: "Fujinon 23mm",
      },
      IFD3: {
        ...{ GPSLatitudeRef: "N", GPSLatitude: "37/1 33/1 5940/100" },
        ...{ GPSLongitudeRef: "E", GPSLongitude: "126/1 58/1 4080/100" },
        ...{ GPSAltitudeRef: "0", GPSAltitude: "38/1" },
      },
    })
    .toBuffer();
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), "pail-noted-")), name);
  await writeFile(file, grain);
  return file;
}
