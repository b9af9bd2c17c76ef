import { decodeHeic } from "./decode-heic";
import type { Format } from "./format";
import { brandsOf, readHeifImage } from "./heif-image";

const brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** Phones' pictures. An AVIF may name the same brands: it stands before this one in the table. See “HEIC” in ../README.md. */
export const heic = {
  type: "image/heic",
  extension: "heic",
  name: "HEIC",
  // Few systems know what type a HEIC is.
  alsoChosenAs: ["image/heif", ".heic", ".heif", ".hif", ".heics", ".heifs"],
  isPhotograph: true,
  moves: false,
  turnedBy: "boxes",
  matches: (head) => brandsOf(head).some((brand) => brands.includes(brand)),
  read: readHeifImage,
  mend: null,
  decode: decodeHeic,
} as const satisfies Format;
