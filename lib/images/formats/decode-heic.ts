import type { HeifImage } from "libheif-js/libheif-wasm/libheif-bundle.mjs";
import { damaged } from "./byte-reader";
import type { Pixels } from "./format";

/**
 * Decodes the main picture of a HEIC file, upright: for browsers that cannot. libheif in WebAssembly, 0.7 MB, is loaded with the
 * first one; each file gets a fresh instance, whose memory goes with it. Throws AppError `damaged_image` for what it cannot
 * decode, and another error where it could not be loaded. The server has a decoder of its own: lib/decoder.
 */
export async function decodeHeic(bytes: Uint8Array): Promise<Pixels> {
  const { default: createLibheif } = await import("libheif-js/libheif-wasm/libheif-bundle.mjs");
  try {
    return await mainPictureOf(new (createLibheif().HeifDecoder)().decode(bytes));
  } catch (error) {
    throw damaged(error);
  }
}

async function mainPictureOf(images: HeifImage[]): Promise<Pixels> {
  try {
    const image = images.find((candidate) => candidate.is_primary());
    if (image === undefined) throw new Error("there is no picture in it");
    const [width, height] = [image.get_width(), image.get_height()];
    const pixels = { width, height, data: new Uint8ClampedArray(width * height * 4) };
    return await new Promise((resolve, reject) => {
      image.display(pixels, (shown) =>
        shown === null ? reject(new Error("it cannot be decoded")) : resolve(pixels),
      );
    });
  } finally {
    for (const image of images) image.free();
  }
}
