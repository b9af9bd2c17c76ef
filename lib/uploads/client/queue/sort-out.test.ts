import { expect, test } from "vitest";
import { withSource } from "./file-source";
import { sortOut } from "./sort-out";
import { fileDateOf } from "./source-date";

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
const file = (path: string, content: BlobPart = jpeg) => {
  const names = path.split("/");
  return withSource(new File([content], names.at(-1) ?? ""), { folders: names.slice(0, -1) });
};
const sorted = async (...files: File[]) => {
  const result = await sortOut(files);
  return [result.files.map(({ name }) => name), result.leftOut];
};

test("of a folder its pictures are taken, and what other programs keep beside them is counted", async () => {
  const pictures = ["Trip/a.jpg", "Trip/b.HIF", "Trip/c.jfif", "Trip/d.mpo", "Trip/e.heics"];
  const others = [
    ...["Trip/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "Trip/#recycle/a.jpg", "Trip/$RECYCLE.BIN/a.jpg"],
    ...[
      "Trip/.thumbnails/a.jpg",
      "Trip/.picasaoriginals/a.jpg",
      "Trip/.trash/a.jpg",
      "Trip/__MACOSX/._a.jpg",
    ],
    ...["Trip/L.photoslibrary/resources/a.jpg", "Trip/._a.jpg", "Trip/.DS_Store", "Trip/metadata.json"],
    ...["Trip/a.AAE", "Trip/a.xmp", "Trip/a.mp4"],
  ];
  expect(await sorted(...[...pictures, ...others].map((path) => file(path)))).toEqual([
    ["a.jpg", "b.HIF", "c.jfif", "d.mpo", "e.heics"],
    others.length,
  ]);
});

test("what has no picture's name is taken by its content, and so is a picture that needs a sentence", async () => {
  expect(
    await sorted(
      file("Trip/IMG_0001"),
      file("Trip/b.bin"),
      file("Trip/raw.dng", "II*\0"),
      file("Trip/old.bmp", "BM"),
      file("Trip/notes.txt", "Tuesday"),
      file("Trip/empty", ""),
      file("Trip/a.pdf", "%PDF-1.7"),
      file("Trip/broken.jpg", "nothing"),
    ),
  ).toEqual([["IMG_0001", "b.bin", "raw.dng", "old.bmp", "broken.jpg"], 3]);
});

test("what was chosen by itself is wanted, whatever it is called", async () => {
  expect(await sorted(file("clip.mp4", "x"), file("a.json", "{}"), file(".hidden.jpg"))).toEqual([
    ["clip.mp4", "a.json", ".hidden.jpg"],
    0,
  ]);
});

test("sidecars that date a picture are read first and not counted; the others are", async () => {
  const lake = file("Trip/lake.jpg");
  const sidecar = JSON.stringify({ photoTakenTime: { timestamp: "1719786600" } });
  expect(await sorted(lake, file("Trip/lake.jpg.json", sidecar), file("Trip/metadata.json", "{}"))).toEqual([
    ["lake.jpg"],
    1,
  ]);
  expect(fileDateOf(lake)).toMatchObject({ source: "sidecar" });
});

test("a file that cannot be read keeps its row, and the others go on", async () => {
  const unreadable = file("Trip/unknown");
  unreadable.slice = () =>
    ({ arrayBuffer: () => Promise.reject(new DOMException("It is gone.", "NotReadableError")) }) as Blob;
  const standIn = withSource(new File([], "Locked"), { folders: ["Trip"], isUnreadable: true });
  expect(await sorted(unreadable, standIn, file("Trip/a.jpg"))).toEqual([["unknown", "Locked", "a.jpg"], 0]);
});
