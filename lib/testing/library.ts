import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { changeAlbum } from "@/lib/albums/changing";
import { addToAlbum } from "@/lib/albums/filling";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import { changeImage } from "@/lib/images/image";
import { media } from "@/lib/storage/locations";
import { addPicture, makeJpeg } from "./add-picture";

/** For tests: what a person sees of somebody's pictures, and the bytes that are kept of them. */
export async function libraryOf({ id }: Viewer) {
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, id));
  const pictures = await Promise.all(
    rows.map(async (row) => ({
      ...{ title: row.title, name: row.name, sha256: row.sha256, zone: row.capturedZoneMinutes },
      capturedAt: row.capturedAt.toISOString(),
      kept: createHash("sha256")
        .update(await media().read(media().nameOf(row.keys.original)))
        .digest("base64"),
    })),
  );
  const lists = await database()
    .orm.select({
      ...{ album: albums.name, createdAt: albums.createdAt, description: albums.description },
      ...{ sorting: albums.sorting, position: albumImages.position, sha256: images.sha256 },
      cover: sql`(select cover.sha256 from ${images} as cover where cover.id = ${albums.coverId})`,
    })
    .from(albums)
    .leftJoin(albumImages, eq(albumImages.albumId, albums.id))
    .leftJoin(images, eq(images.id, albumImages.imageId))
    .where(and(eq(albums.ownerId, id), isNull(albums.deletedAt)));
  const sorted = <T>(list: T[]) =>
    list.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return { pictures: sorted(pictures), albums: sorted(lists) };
}

/** of a picture that says nothing of its date itself */
export const clock = Date.UTC(2019, 4, 6, 7, 8, 9, 250);

/** For tests: pictures in albums and in none, with titles in several scripts; their ids. */
export async function fillLibrary(viewer: Viewer) {
  const zoned = await makeJpeg({ taken: "2024:07:01 00:30:00", zone: "+02:00" });
  const unzoned = await makeJpeg({ taken: "2023:12:31 23:59:58" });
  const ids = {
    lake: await addPicture(viewer, "IMG_1.JPG", zoned),
    hill: await addPicture(viewer, "언덕.jpg", unzoned),
    dated: await addPicture(viewer, "a.jpg", await makeJpeg(), {
      at: clock,
      zoneMinutes: -210,
      source: "file",
    }),
    plain: await addPicture(viewer, "a.jpg", await makeJpeg()),
  };
  await changeImage(viewer, { id: ids.lake, changes: { title: "озеро: “Ö” / вечер" } });
  await addToAlbum(viewer, { name: "여행/서울", imageIds: [ids.lake, ids.hill] });
  const { id } = await addToAlbum(viewer, { name: "رحلة", imageIds: [ids.lake] });
  const said = { description: "Rain\nand sun", sorting: "name", coverId: ids.lake } as const;
  await changeAlbum(viewer, { id, changes: said });
  await addToAlbum(viewer, { name: "empty", imageIds: [] });
  return ids;
}

/** For tests: the files of a folder and below, by their paths in it. */
export const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).normalize("NFC"))
    .sort();
