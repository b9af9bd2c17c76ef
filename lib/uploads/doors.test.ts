import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { uploadFiles } from "@/lib/commands/upload-files";
import { database } from "@/lib/db/client";
import { images, rateLimits } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { isTransparent } from "@/lib/images/transparency";
import { media } from "@/lib/storage/locations";
import { makeCorpus } from "@/lib/testing/corpus/corpus";
import { type CorpusFile, readCorners, type Shown } from "@/lib/testing/corpus/quadrants";
import { isLong } from "@/lib/testing/long";
import { addViewer, post, send, startTestPail } from "@/lib/testing/test-pail";
import { beginOriginals } from "./begin";
import { confirmUploads } from "./confirm";
import type { ConfirmOutcome } from "./contract";
import { plainForm, receivePlainForm } from "./plain-form";
import { receiveImage } from "./receive";

// A process for each picture takes minutes: the long run has them. The program is the same, and must not listen here.
vi.mock("node:worker_threads", async (original) => ({
  ...(await original<object>()),
  ...{ isMainThread: false, parentPort: null },
}));
vi.mock("@/lib/decoder/ask", async (original) => {
  const real = await original<typeof import("@/lib/decoder/ask")>();
  const { answer } = await import("@/lib/decoder/process.mjs");
  return { ...real, ask: isLong ? real.ask : answer };
});

let pail: Awaited<ReturnType<typeof startTestPail>>;
let folder: string;
let corpus: CorpusFile[];

beforeAll(async () => {
  pail = await startTestPail();
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-doors-"));
  corpus = await makeCorpus();
});
afterAll(async () => {
  await pail.stop();
  await rm(folder, { recursive: true, force: true });
});

type Door = (viewer: Viewer, file: CorpusFile) => Promise<ConfirmOutcome | undefined>;

const doors: Record<string, Door> = {
  "the API's one request": (viewer, { name, bytes }) => {
    const body = (async function* () {
      yield bytes;
    })();
    return receiveImage(viewer, { name, body, announcedBytes: bytes.length });
  },
  "the form without a script": async (viewer, { bytes }) => {
    const form = await plainForm(viewer, "/upload");
    if (form === null) throw new Error("no plain form");
    await post(form, bytes, { redirect: "manual" });
    const back = new URL(form.fields.success_action_redirect ?? "");
    return receivePlainForm(viewer, back.searchParams.get("state") ?? "");
  },
  "the command": async (viewer, { name, bytes }) => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    let outcome: ConfirmOutcome | undefined;
    const client: Client = {
      begin: async (files) => {
        const offers = files.map(({ name, type, bytes, sha256 }) => ({
          name,
          original: { type, bytes, sha256 },
        }));
        return (await beginOriginals(viewer, offers)).map((begun) => {
          if (begun.status === "granted")
            return { ...begun, id: begun.uploadId, form: begun.grants.original };
          outcome = begun;
          return begun.status === "refused" ? begun : { status: "duplicate", image: nothing };
        });
      },
      send: async (form) => {
        expect((await send(form, bytes)).ok).toBe(true);
      },
      confirm: async (id) => {
        [outcome] = await confirmUploads(viewer, [id]);
        if (outcome?.status === "refused") throw AppError.of(outcome.error);
        return nothing;
      },
    };
    await uploadFiles(client, [file], new Set(), (result) => {
      if (result.status === "failed") outcome = { status: "refused", error: result.error };
    });
    await rm(file);
    return outcome;
  },
};

type Client = Parameters<typeof uploadFiles>[0];
/** The command only tells its URL. */
const nothing = { url: "" } as Awaited<ReturnType<Client["confirm"]>>;

/** Each goes through one of the doors, which meet where uploads are confirmed; in the long run through all. */
const goesThrough = (index: number, door: number): boolean => isLong || index % 3 === door;

describe.each(Object.entries(doors).map(([name, door], index) => ({ name, door, index })))(
  "$name",
  ({ door, index }) => {
    test("takes what is to be taken, as it is shown, and refuses the rest", async () => {
      const viewer = await addViewer();
      const files = corpus.filter((_, place) => goesThrough(place, index));
      const found: Record<string, Shown | null> = {};
      for (const file of files) {
        await database().orm.delete(rateLimits);
        found[file.name] = await shownOf(viewer, await outcomeOf(door(viewer, file)), file);
      }
      expect(found).toEqual(Object.fromEntries(files.map(({ name, shown }) => [name, shown])));
    }, 600_000);
  },
);

async function outcomeOf(answer: ReturnType<Door>) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AppError) return { status: "refused", error: error.toFailure() } as const;
    throw error;
  }
}

/** What the row says, and what is seen on the variant; null where it was refused as it is to be. */
async function shownOf(viewer: Viewer, outcome: ConfirmOutcome | undefined, { name, shown }: CorpusFile) {
  if (outcome?.status === "refused") {
    expect([name, outcome.error.code]).toEqual([name, "damaged_image"]);
    return null;
  }
  if (outcome === undefined) throw new Error("there was no answer");
  const [row] = await database().orm.select().from(images).where(eq(images.id, outcome.image.id));
  if (row?.ownerId !== viewer.id) throw new Error("it is someone else's");
  const display = await media().read(media().nameOf(row.keys.display ?? ""));
  const corners = await readCorners(display);
  return {
    width: row.width,
    height: row.height,
    // Grey has none.
    corners: shown?.corners === "" ? "" : corners,
    capturedAt: row.capturedAt.getTime() === row.createdAt.getTime() ? null : row.capturedAt.getTime(),
    isTransparent: isTransparent(Buffer.from(row.thumbhash, "base64")),
    isAnimated: (row.facts as { isAnimated?: boolean }).isAnimated === true,
  };
}
