import "server-only";
import { thumbHashToAverageRGBA } from "thumbhash";
import type { Placeholder } from "./contract";

/** The colour is worked out here, so that pages need nothing that reads thumbhashes before the first picture shows. */
export function placeholderOf(thumbhash: string): Placeholder {
  const { r, g, b, a } = thumbHashToAverageRGBA(Buffer.from(thumbhash, "base64"));
  const [red, green, blue] = [r, g, b].map((part) => Math.round(part * 255));
  return { colour: `rgb(${red} ${green} ${blue} / ${Math.round(a * 100)}%)`, thumbhash };
}
