import { avifPictures, heicPictures } from "./heif-pictures";
import { jpegPictures } from "./jpeg-pictures";
import { gifPictures, pngPictures, webpPictures } from "./other-pictures";
import type { CorpusFile } from "./quadrants";

/**
 * Pictures of every format with every oddity that cameras, programs and cut lines are known for, and what is right for each. They
 * are made anew for each test, of what encoders write and of bytes put together here.
 */
export async function makeCorpus(): Promise<CorpusFile[]> {
  const made = [jpegPictures, pngPictures, gifPictures, webpPictures, avifPictures, heicPictures];
  return (await Promise.all(made.map((make) => make()))).flat();
}
