import type { Format } from "./format";
import { brandsOf, readHeifImage, withWholeBoxes } from "./heif-image";

const brands = ["avif", "avis"];

export const avif = {
  type: "image/avif",
  extension: "avif",
  name: "AVIF",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: false,
  turnedBy: "boxes",
  matches: (head) => brandsOf(head).some((brand) => brands.includes(brand)),
  read: readHeifImage,
  mend: withWholeBoxes,
  decode: null,
} as const satisfies Format;
