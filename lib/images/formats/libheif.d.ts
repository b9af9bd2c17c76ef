/** As much of it as Pail uses; the package describes only its generated half, and that otherwise. */
declare module "libheif-js/libheif-wasm/libheif-bundle.mjs" {
  export interface HeifImage {
    readonly handle: object;
    is_primary(): boolean;
    has_alpha_channel(): boolean;
    get_width(): number;
    get_height(): number;
  }
  export interface HeifDecoder {
    /** None where it is damaged. */
    decode(bytes: Uint8Array): HeifImage[];
  }
  interface Channel {
    id: object;
    width: number;
    height: number;
    /** bytes from one row to the next */
    stride: number;
    /** in the library's own memory */
    data: Uint8Array<ArrayBuffer>;
  }
  export interface Libheif {
    HeifDecoder: new () => HeifDecoder;
    HEAPU8: Uint8Array<ArrayBuffer>;
    heif_colorspace: { heif_colorspace_RGB: object };
    heif_chroma: { heif_chroma_interleaved_RGB: object; heif_chroma_interleaved_RGBA: object };
    heif_channel: { heif_channel_interleaved: object };
    heif_get_version(): string;
    /** Where its text lies. */
    _de265_get_version(): number;
    /** Where its `struct heif_security_limits` lies. */
    _heif_get_global_security_limits(): number;
    /** Without channels, and with a message, where it cannot. */
    heif_js_decode_image2(
      handle: object,
      colorspace: object,
      chroma: object,
    ): { channels?: Channel[]; message?: string };
  }
  // biome-ignore lint/style/noDefaultExport: it is the package's.
  export default function createLibheif(): Libheif;
}
