import "server-only";
import { thumbHashToAverageRGBA } from "thumbhash";
import type { Placeholder } from "./contract";
import { isTransparent } from "./transparency";

/** The colour is worked out here, so that pages need nothing that reads thumbhashes before the first picture shows. */
export function placeholderOf(thumbhash: string): Placeholder {
  const bytes = Buffer.from(thumbhash, "base64");
  const { r, g, b, a } = thumbHashToAverageRGBA(bytes);
  const [red, green, blue] = [r, g, b].map((part) => Math.round(part * 255));
  const colour = `rgb(${red} ${green} ${blue} / ${Math.round(a * 100)}%)`;
  return { colour, thumbhash, isTransparent: isTransparent(bytes) };
}
