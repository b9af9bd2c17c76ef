import path from "node:path";
import type { Viewer } from "@/lib/accounts/viewer";
import { addToAlbum } from "@/lib/albums/filling";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { env } from "@/lib/env";
import { listImages } from "@/lib/images/gallery";
import { getSearchPage, listFoundSections } from "@/lib/images/search";
import { searchShape } from "@/lib/images/search-shape";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { addManyPictures } from "@/lib/testing/many-pictures";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { printTimes, timeOf } from "./timeline";

const rounds = 9;
const firstResults = 60;

const searches: Record<string, Record<string, string>> = {
  "a rare word": { q: "zebra" },
  "a word of a third of all": { q: "lake" },
  "two words": { q: "lake view" },
  "a rare word and a common one": { q: "zebra lake" },
  "two syllables": { q: "제주" },
  "one syllable": { q: "행" },
  "one letter": { q: "a" },
  "one digit": { q: "7" },
  "an album's name": { q: "fjord" },
  "a word that nothing has": { q: "quokka" },
  "two common words, never together": { q: "lake 제주도" },
  "a camera of the older half": { camera: "Canon Canon EOS R5" },
  "a year": { year: "2010" },
  "favourites, portrait": { favourite: "1", orientation: "portrait" },
  "in no album": { album: "none" },
  "a word, a camera, a type, a year": {
    q: "lake",
    camera: "Canon Canon EOS R5",
    type: "image/heic",
    year: "2011",
  },
};

/** How soon a search gives its first results among a million pictures, or as many as the parameter says, on either driver. */
export async function benchSearch(parameter = ""): Promise<void> {
  const many = Number(parameter) || 1_000_000;
  const pail = await startTestPail();
  try {
    const viewer = await addViewer();
    await addManyPictures(viewer.id, many);
    const { images } = await listImages(viewer, null, 100);
    await addToAlbum(viewer, { name: "Fjord", imageIds: images.map(({ id }) => id) });
    await database().orm.run("pragma wal_checkpoint(truncate)");
    const url = `file:${path.join(env().dataDir, "pail.sqlite")}`;
    for (const [driver, open] of Object.entries({ "better-sqlite3": openDatabase, libsql: openLibsqlFile })) {
      database().close();
      setDatabase(open(url));
      console.log(
        `search of ${many} pictures on ${driver}, choices and the first ${firstResults}; and all months`,
      );
      for (const [what, asked] of Object.entries(searches)) await measure(viewer, what, asked);
    }
  } finally {
    await pail.stop();
  }
}

async function measure(viewer: Viewer, what: string, asked: Record<string, string>): Promise<void> {
  const search = searchShape.parse(asked);
  const first: number[] = [];
  const months: number[] = [];
  let found = 0;
  for (let round = 0; round <= rounds; round += 1) {
    first.push(
      await timeOf(async () => {
        found = (await getSearchPage(viewer, search, null, firstResults)).page.images.length;
      }),
    );
    months.push(await timeOf(() => listFoundSections(viewer, { ...search, order: "newest" })));
  }
  // The first round reads from the disk.
  printTimes(`  ${what} (${found})`, first.slice(1), "at most 50 ms");
  printTimes("    months", months.slice(1), "none");
}
