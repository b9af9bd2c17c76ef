/** As much of it as Pail uses; the package describes only its generated half. */
declare module "libheif-js/libheif-wasm/libheif-bundle.mjs" {
  export interface HeifImage {
    is_primary(): boolean;
    get_width(): number;
    get_height(): number;
    /** Fills in the pixels; null where it cannot. */
    display(
      pixels: { data: Uint8ClampedArray; width: number; height: number },
      done: (pixels: object | null) => void,
    ): void;
    free(): void;
  }
  export interface HeifDecoder {
    /** None where it is damaged. */
    decode(bytes: Uint8Array): HeifImage[];
  }
  // biome-ignore lint/style/noDefaultExport: it is the package's.
  export default function createLibheif(): { HeifDecoder: new () => HeifDecoder };
}
