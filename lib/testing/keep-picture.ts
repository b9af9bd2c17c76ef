import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, users } from "@/lib/db/schema";
import { makePicture, postAll, type TestPicture } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";

/** Sends a picture as a browser does, until it is acknowledged. Returns its id. */
export async function keepPicture(viewer: Viewer, named: string | TestPicture = "lake.jpg"): Promise<string> {
  const picture = typeof named === "string" ? await makePicture(named) : named;
  const [granted] = await beginUploads(viewer, [picture.offer]);
  if (granted?.status !== "granted") throw new Error("not granted");
  await postAll(granted.grants, picture);
  const [outcome] = await confirmUploads(viewer, [granted.uploadId]);
  if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
  return outcome.image.id;
}

/** All that a person would miss, in an order of its own. */
export async function keptByPeople() {
  const { orm } = database();
  const withoutTimes = <T extends { deletedAt: unknown }>({ deletedAt: _, ...row }: T) => row;
  return {
    images: (await orm.select().from(images).orderBy(images.id)).map(withoutTimes),
    albums: (await orm.select().from(albums).orderBy(albums.id)).map(({ deletedAt, ...row }) => ({
      ...row,
      isDeleted: deletedAt !== null,
    })),
    members: await orm.select().from(albumImages).orderBy(albumImages.albumId, albumImages.imageId),
    users: await orm
      .select({
        id: users.id,
        email: users.email,
        name: users.name,
        role: users.role,
        usedBytes: users.usedBytes,
      })
      .from(users)
      .orderBy(users.id),
  };
}
