import type { PictureSize } from "@/lib/images/contract";

/** Takes pictures out of an album, in which the toast can put them back. */
export async function removeFromAlbum(_album: string, _pictures: PictureSize[]): Promise<void> {}
