import "server-only";
import type { Viewer } from "@/lib/accounts/viewer";
import { listAlbumsOf } from "@/lib/albums/albums";
import type { ImageWithAlbums } from "@/lib/images/contract";
import { getImage } from "@/lib/images/image";

/** The viewer's picture with the albums that it is in. Throws AppError `not_found`. */
export async function getDetails(viewer: Viewer, id: string): Promise<ImageWithAlbums> {
  const [image, albums] = await Promise.all([getImage(viewer, id), listAlbumsOf(viewer, id)]);
  return { ...image, albums };
}
