import type { HeifImage, Libheif } from "libheif-js/libheif-wasm/libheif-bundle.mjs";
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
    const libheif = createLibheif();
    return mainPictureOf(libheif, new libheif.HeifDecoder().decode(bytes));
  } catch (error) {
    throw damaged(error);
  }
}

function mainPictureOf(libheif: Libheif, images: HeifImage[]): Pixels {
  const image = images.find((candidate) => candidate.is_primary());
  if (image === undefined) throw new Error("there is no picture in it");
  return pixelsOf(libheif, image);
}

/** As large as it was decoded. `display`, which libheif-js has for this, never ends where that is not what the file says. */
function pixelsOf(libheif: Libheif, { handle }: HeifImage): Pixels {
  const { heif_colorspace_RGB: colours } = libheif.heif_colorspace;
  const { heif_chroma_interleaved_RGBA: layout } = libheif.heif_chroma;
  const { heif_channel_interleaved: all } = libheif.heif_channel;
  const decoded = libheif.heif_js_decode_image2(handle, colours, layout);
  const plane = decoded.channels?.find(({ id }) => id === all);
  if (plane === undefined) throw new Error(`it cannot be decoded: ${decoded.message}`);
  return unpadded(plane);
}

function unpadded({ width, height, stride, data: padded }: Plane): Pixels {
  const rowBytes = width * 4;
  const data = new Uint8ClampedArray(rowBytes * height);
  for (let row = 0; row < height; row += 1)
    data.set(padded.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
  return { width, height, data };
}

type Plane = NonNullable<ReturnType<Libheif["heif_js_decode_image2"]>["channels"]>[number];
