import type { AppError } from "@/lib/errors";
import { formats, isImageName } from "@/lib/images/formats/table";
import { unsupported } from "@/lib/images/formats/unsupported";

const headBytes = 4096;
/** Pictures that Pail does not take: their sentence says what to do, so they are not left out in silence. */
const kindsOfPictures: unknown[] = ["other_format", "raw", "svg"];

/**
 * Whether a file of a folder is to be offered: a picture by its name, or else by its content, whatever it is called. `read` gives
 * the bytes from 0 to its argument; what cannot be read is offered, so that its row says so.
 */
export async function isPictureFile(
  name: string,
  read: (end: number) => Promise<Uint8Array>,
): Promise<boolean> {
  if (isImageName(name)) return true;
  let head: Uint8Array;
  try {
    head = await read(headBytes);
  } catch {
    return true;
  }
  if (head.length === 0) return false;
  return formats.some(({ matches }) => matches(head)) || kindsOfPictures.includes(kindOf(unsupported(head)));
}

const kindOf = ({ values }: AppError): unknown => values?.kind;
