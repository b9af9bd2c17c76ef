import { access, rename } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { cacheFolder } from "./photos";

/** The path of a WebP of 24 MB, which takes browsers seconds to decode: nothing but noise. */
export async function makeSlowPicture(): Promise<string> {
  const file = path.join(await cacheFolder("slow"), "slow.webp");
  const [there] = await Promise.allSettled([access(file)]);
  if (there.status === "fulfilled") return file;
  const aside = `${file}.${process.pid}`;
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  await sharp({ create: { width: 4000, height: 3000, channels: 3, background: "grey", noise } })
    .webp({ quality: 100, effort: 0 })
    .toFile(aside);
  await rename(aside, file);
  return file;
}
