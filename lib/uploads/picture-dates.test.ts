import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { fileDateOf, fileMoment } from "@/lib/api/file-date";
import { operations } from "@/lib/api/operations";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import type { FileDate, ImageType } from "@/lib/images/contract";
import { getImage } from "@/lib/images/image";
import { addViewer, makePicture, pictureOf, post, postAll, startTestPail } from "@/lib/testing/test-pail";
import { beginOriginals, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import type { ConfirmOutcome } from "./contract";
import { offersShape } from "./offer";
import { plainForm, receivePlainForm } from "./plain-form";
import { receiveImage } from "./receive";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

interface File {
  name: string;
  bytes: Buffer;
  fileDate?: FileDate | undefined;
}

const typeOf = (name: string): ImageType => (name.endsWith(".png") ? "image/png" : "image/jpeg");

/** Each way in which a picture comes to Pail. */
const doors: Record<string, (viewer: Viewer, file: File) => Promise<ConfirmOutcome | undefined>> = {
  "the page": async (viewer, { name, bytes, fileDate }) => {
    const picture = pictureOf(name, { ...(await makePicture()).bytes, original: bytes });
    const offer = { ...picture.offer, original: { ...picture.offer.original, type: typeOf(name) }, fileDate };
    const [granted] = await beginUploads(viewer, [offer]);
    if (granted?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(granted)}`);
    await postAll(granted.forms, picture);
    return (await confirmUploads(viewer, [granted.uploadId]))[0];
  },
  "the API": async (viewer, { name, bytes, fileDate }) => {
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    const original = { type: typeOf(name), bytes: bytes.length, sha256 };
    const [granted] = await beginOriginals(viewer, [{ name, original, fileDate }]);
    if (granted?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(granted)}`);
    await post(granted.forms.original, bytes);
    return (await confirmUploads(viewer, [granted.uploadId]))[0];
  },
  "one request": async (viewer, { bytes, ...file }) => {
    async function* body() {
      yield bytes;
    }
    return receiveImage(viewer, { ...file, body: body(), announcedBytes: bytes.length });
  },
  "the plain form": async (viewer, { name, bytes }) => {
    const { url, fields } = await plainForm(viewer, "/upload");
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append("file", new globalThis.File([bytes as Uint8Array<ArrayBuffer>], name));
    const response = await fetch(url, { method: "POST", body: form, redirect: "manual" });
    const state = new URL(response.headers.get("location") ?? "").searchParams.get("state") ?? "";
    return receivePlainForm(viewer, state);
  },
};
const withoutPlainForm = Object.keys(doors).filter((door) => door !== "the plain form");

async function send(door: string, file: File) {
  const viewer = await addViewer();
  const outcome = await doors[door]?.(viewer, file);
  if (outcome?.status !== "ready") throw new Error(`not ready: ${JSON.stringify(outcome)}`);
  const [row] = await database().orm.select().from(images).where(eq(images.id, outcome.image.id));
  if (row === undefined) throw new Error("no row");
  expect(outcome.image).toMatchObject({ capturedAt: row.capturedAt.getTime() });
  expect(await getImage(viewer, row.id)).toMatchObject({
    capturedAt: row.capturedAt.getTime(),
    capturedZoneMinutes: row.capturedZoneMinutes,
    capturedSource: row.capturedSource,
  });
  const { capturedAt, capturedZoneMinutes, capturedOrder, capturedSource, createdAt } = row;
  return { capturedAt, capturedZoneMinutes, capturedOrder, capturedSource, createdAt };
}

const folder = path.join("e2e", "photos", "dates");
const dated = (await readdir(folder)).filter((name) => name !== "date-feb30.jpg");
const undated = async () =>
  await sharp(randomBytes(30 * 20 * 3), { raw: { width: 30, height: 20, channels: 3 } })
    .jpeg()
    .toBuffer();
const at = Date.UTC(2019, 4, 6, 7, 8, 9);

describe("whichever way a picture comes, it has", () => {
  test.each(dated)("the date of its own: %s", async (name) => {
    const bytes = await readFile(path.join(folder, name));
    // A lie, or an accident, that must not count.
    const fileDate = { at, zoneMinutes: 0, source: "sidecar" } as const;
    const kept = await Promise.all(
      Object.keys(doors).map(async (door) => {
        const { createdAt, ...captured } = await send(door, { name, bytes, fileDate });
        expect(captured.capturedAt).not.toEqual(createdAt);
        return captured;
      }),
    );
    for (const captured of kept) expect(captured).toEqual(kept[0]);
    expect(kept[0]).toMatchObject({ capturedSource: "picture" });
    expect(kept[0]?.capturedAt).not.toEqual(new Date(at));
  });

  test.each(
    withoutPlainForm.flatMap((door) =>
      (["file", "sidecar"] as const).map((source) => [source, door] as const),
    ),
  )("else that of its %s (%s)", async (source, door) => {
    for (const bytes of [await undated(), await readFile(path.join(folder, "date-feb30.jpg"))]) {
      const fileDate = { at, zoneMinutes: 540, source };
      expect(await send(door, { name: "IMG_2.jpg", bytes, fileDate })).toMatchObject({
        capturedAt: new Date(at),
        capturedZoneMinutes: 540,
        capturedOrder: "000 img_12\tjpg",
        capturedSource: source,
      });
    }
  });

  test.each(Object.keys(doors))("else the day on which it was added (%s)", async (door) => {
    for (const impossible of [Date.UTC(1825, 11, 31), Date.now() + 2 * 86_400_000]) {
      const fileDate = { at: impossible, zoneMinutes: 0, source: "file" } as const;
      const { createdAt, ...captured } = await send(door, {
        name: "IMG_2.jpg",
        bytes: await undated(),
        fileDate: door === "the plain form" ? undefined : fileDate,
      });
      expect(captured).toMatchObject({ capturedAt: createdAt, capturedSource: "added" });
    }
  });
});

test("an offer whose date makes no sense is taken without it", async () => {
  const { offer } = await makePicture();
  for (const fileDate of [{ at: "soon" }, { at: 1.5, zoneMinutes: 0, source: "file" }, 7, null])
    expect(offersShape.parse([{ ...offer, fileDate }])).toEqual([{ ...offer, fileDate: undefined }]);
  const fileDate = { at, zoneMinutes: -570, source: "sidecar" } as const;
  expect(offersShape.parse([{ ...offer, fileDate }])).toEqual([{ ...offer, fileDate }]);
});

describe("a program says when a file was changed, or its picture taken", () => {
  test.each([
    ["2019-05-06T07:08:09Z", { at, zoneMinutes: 0 }],
    ["2019-05-06T07:08:09+02:00", { at, zoneMinutes: 120 }],
    ["2019-05-06T07:08:09 02:00", { at, zoneMinutes: 120 }],
    ["2019-05-06T07:08:09", { at, zoneMinutes: null }],
    ["2019-05-06T07:08:09.250-09:30", { at: at + 250, zoneMinutes: -570 }],
    [String(at), { at, zoneMinutes: 0 }],
    [at, { at, zoneMinutes: 0 }],
  ])("%s", (moment, meant) => {
    const { lastModified } = operations.sendImage.input.parse({ lastModified: moment });
    expect(fileDateOf({ lastModified })).toEqual({ ...meant, source: "file" });
    expect(fileDateOf({ takenAt: fileMoment.parse(moment), lastModified })).toEqual({
      ...meant,
      source: "sidecar",
    });
  });

  test.each(["soon", "2019-02-30T07:08:09Z", "06/05/2019", "", 1.5])("not as %j", (moment) => {
    expect(operations.sendImage.input.safeParse({ lastModified: moment }).success).toBe(false);
  });

  test.each(["1066-10-14T09:00:00Z", "3024-01-01T00:00:00Z"])(
    "%s is of no picture, and left out",
    (moment) => {
      const taken = operations.sendImage.input.parse({
        takenAt: moment,
        lastModified: "2019-05-06T07:08:09Z",
      });
      expect(fileDateOf(taken)).toEqual({ at, zoneMinutes: 0, source: "file" });
    },
  );
});
