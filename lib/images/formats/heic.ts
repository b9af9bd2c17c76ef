import { brandsOf, readHeifImage } from "./avif";
import type { ByteReader } from "./byte-reader";
import type { Header } from "./header";

const brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/** Phones' pictures; an AVIF may name the same brands, and is asked before. */
export function isHeic(head: Uint8Array): boolean {
  return brandsOf(head).some((brand) => brands.includes(brand));
}

export function readHeic(reader: ByteReader): Promise<Header> {
  return readHeifImage(reader, "image/heic");
}
