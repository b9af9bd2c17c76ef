import { rememberPlaces } from "@/lib/accounts/known-places";
import { signIn } from "@/lib/accounts/sign-in";
import { createToken, listTokens, requireTokenOwner } from "@/lib/accounts/tokens";
import { createAdmin } from "@/lib/accounts/users";
import { findViewer, type Viewer } from "@/lib/accounts/viewer";
import { getAlbumPage, getImageInAlbum, listAlbumImages, listAlbums } from "@/lib/albums/albums";
import { changeAlbum } from "@/lib/albums/changing";
import { addPictures, addToAlbum, removePictures } from "@/lib/albums/filling";
import { movePictures } from "@/lib/albums/order";
import { getAlbumPart, getAlbumTimeline, listAlbumSections, listAlbumSizes } from "@/lib/albums/timeline";
import { deleteAlbum, restoreAlbum } from "@/lib/albums/trash";
import { database, openLibsql, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { listImages } from "@/lib/images/gallery";
import { changeImage, getImageInPlace } from "@/lib/images/image";
import { findImageUrls } from "@/lib/images/image-urls";
import { favouriteImages, restoreImages, trashImages } from "@/lib/images/many";
import {
  getFoundPart,
  getSearchPage,
  getSearchTimeline,
  listFoundSections,
  listFoundSizes,
} from "@/lib/images/search";
import { getPart, getTimeline, listSections, listSizes } from "@/lib/images/timeline";
import { restoreImage, trashImage } from "@/lib/images/trash";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { findLastExamination } from "@/lib/uploads/store";
import { startLibsqlDouble } from "./libsql-double/libsql-double";
import { makePicture, postAll, startTestPail } from "./test-pail";

/** How many round trips to the database something takes, and how many it may take at most. */
export interface RoundTrips {
  what: string;
  trips: number;
  most: number;
  /** with the delay that the double was given */
  ms: number;
}

const account = { name: "Viewer", email: "viewer@example.org", password: "none that is common" };
const part = { order: "newest", section: "all", offset: 0, limit: 200 } as const;
const range = { order: "newest", from: 0, to: 9999 } as const;
const found = { q: "0.j 제 lake", order: "newest" } as const;
const caller = { address: "192.0.2.1", userAgent: "a browser", browser: undefined };

/**
 * Counts what pages, actions and programs ask of a database: by the verbs that they call, each with whoever has to ask who asks.
 * The Pail is this process's, and its bucket a local one.
 */
export async function countRoundTrips(delayMs: number): Promise<RoundTrips[]> {
  const pail = await startTestPail();
  database().close();
  const double = await startLibsqlDouble({ delayMs });
  setDatabase(openLibsql(double.url));
  await migrate(database());
  const counted: RoundTrips[] = [];

  async function count<T>(what: string, most: number, work: () => Promise<T>): Promise<T> {
    double.forget();
    const began = performance.now();
    const value = await work();
    counted.push({ what, trips: double.trips.length, most, ms: performance.now() - began });
    return value;
  }

  try {
    await createAdmin(account);
    const session = await count("sign-in", 4, () => enter());
    const viewer = () => whoHas(session);
    const own = await viewer();
    await count("sign-in where one signed in before", 4, () => enter("a-token-of-the-browser"));

    const pictures = await Promise.all(Array.from({ length: 100 }, (_, i) => makePicture(`${i}.jpg`)));
    const offers = pictures.map(({ offer }) => offer);
    const outcomes = await count("begin of 100", 4, async () => beginUploads(await viewer(), offers));
    const uploadIds = await Promise.all(
      outcomes.slice(0, 50).map(async (outcome, index) => {
        const picture = pictures[index];
        if (outcome.status !== "granted" || picture === undefined) throw new Error("a begin was refused");
        await postAll(outcome.grants, picture);
        return outcome.uploadId;
      }),
    );
    const again = offers.slice(0, 50).map((offer, i) => ({ ...offer, uploadId: uploadIds[i] ?? "" }));
    await count("begin again of 50", 4, async () => beginUploads(await viewer(), again));
    await count("confirm of 50", 8, async () => confirmUploads(await viewer(), uploadIds));
    await count("confirm again of 50", 4, async () => confirmUploads(await viewer(), uploadIds));

    const { images } = await count("gallery, and its fragment", 2, async () =>
      listImages(await viewer(), null),
    );
    await count("timeline", 2, async () => getTimeline(await viewer(), "newest"));
    await count("sections of a timeline", 2, async () => listSections(await viewer(), { order: "newest" }));
    await count("part of a timeline", 2, async () => getPart(await viewer(), { ...part, section: 0 }));
    await count("ids of a timeline", 2, async () => listSizes(await viewer(), range));
    await count("search", 3, async () => getSearchTimeline(await viewer(), found));
    await count("page of a search", 3, async () => getSearchPage(await viewer(), found, null));
    await count("months of a search", 3, async () => listFoundSections(await viewer(), found));
    await count("part of a search", 3, async () => getFoundPart(await viewer(), { ...found, ...part }));
    await count("ids of a search", 3, async () => listFoundSizes(await viewer(), { ...found, ...range }));
    const [, { id }] = images as [unknown, { id: string }];
    const imageIds = images.map((image) => image.id);
    const album = await count("add to an album", 2, async () =>
      addToAlbum(await viewer(), { name: "Lake", imageIds }),
    );
    const some = { id: album.id, imageIds: imageIds.slice(0, 2) };
    await count("out of an album", 2, async () => removePictures(await viewer(), some));
    await count("into an album again", 2, async () => addPictures(await viewer(), some));
    await count("move in an album", 3, async () =>
      movePictures(await viewer(), { ...some, before: imageIds[5] ?? null }),
    );
    await count("change an album", 2, async () =>
      changeAlbum(await viewer(), { id: album.id, changes: { description: "Rain", coverId: id } }),
    );
    await count("picture page", 2, async () => getImageInPlace(await viewer(), id));
    await count("picture page in an album", 2, async () => getImageInAlbum(await viewer(), album.id, id));
    await count("album page", 2, async () => getAlbumPage(await viewer(), album.id, null));
    await count("fragment of an album", 2, async () => listAlbumImages(await viewer(), album.id, null));
    await count("timeline of an album", 2, async () => getAlbumTimeline(await viewer(), album.id));
    await count("sections of an album", 2, async () => listAlbumSections(await viewer(), album.id));
    await count("part of an album", 2, async () => getAlbumPart(await viewer(), album.id, part));
    await count("ids of an album", 2, async () => listAlbumSizes(await viewer(), album.id, range));
    await count("albums", 2, async () => listAlbums(await viewer()));
    await count("settings", 2, async () => listTokens(await viewer()));
    await count("storage page", 2, async () => [await viewer(), await findLastExamination()]);
    await count("fresh URLs of 50", 2, async () => findImageUrls(await viewer(), imageIds));
    await count("new title", 2, async () => changeImage(await viewer(), { id, changes: { title: "Lake" } }));
    await count("delete", 2, async () => trashImage(await viewer(), id));
    await count("undo", 2, async () => restoreImage(await viewer(), id));
    await count("favourite of 50", 2, async () =>
      favouriteImages(await viewer(), { ids: imageIds, on: true }),
    );
    await count("delete of 50", 2, async () => trashImages(await viewer(), imageIds));
    await count("undo of 50", 2, async () => restoreImages(await viewer(), imageIds));
    await count("delete an album", 2, async () => deleteAlbum(await viewer(), album.id));
    await count("undo that", 2, async () => restoreAlbum(await viewer(), album.id));

    const secret = await createToken(own, { name: "A script", scopes: ["read"], lifetimeDays: null });
    const list = async () => listImages(await requireTokenOwner(secret, "read", caller), null);
    await count("API list, the first in a minute", 4, list);
    await count("API list", 3, list);
    return counted;
  } finally {
    await pail.stop();
    await double.close();
  }
}

async function enter(browser?: string): Promise<string> {
  const { email, password } = account;
  const from = { ...caller, browser };
  const token = await signIn({ email, password }, from);
  await rememberPlaces(email, from);
  return token;
}

async function whoHas(session: string): Promise<Viewer> {
  const viewer = await findViewer(session);
  if (viewer === null) throw new Error("nobody has signed in");
  return viewer;
}
