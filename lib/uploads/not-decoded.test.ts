import { createHash } from "node:crypto";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { ask, DecoderFailure } from "@/lib/decoder/ask";
import { log } from "@/lib/log";
import { incoming } from "@/lib/storage/locations";
import { addViewer, send, startTestPail } from "@/lib/testing/test-pail";
import { beginOriginals } from "./begin";
import { confirmUploads } from "./confirm";
import { receiveImage } from "./receive";
import { sweepTemporaryFolders } from "./temporary-folder";

vi.mock("@/lib/decoder/ask", async (original) => {
  const actual = await original<typeof import("@/lib/decoder/ask")>();
  return { ...actual, ask: vi.fn(actual.ask) };
});

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
let red = 0;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
beforeEach(() => vi.spyOn(log, "warn").mockReturnValue());
afterEach(() => vi.restoreAllMocks());
afterAll(() => pail.stop());

/** A picture of its own for each test. */
function picture(): Promise<Buffer> {
  red += 1;
  return sharp({ create: { width: 90, height: 60, channels: 3, background: { r: red, g: 9, b: 9 } } })
    .png()
    .toBuffer();
}

async function begin(): Promise<string> {
  const bytes = await picture();
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const original = { type: "image/png", bytes: bytes.length, sha256 } as const;
  const [outcome] = await beginOriginals(viewer, [{ name: "slow.png", original }]);
  if (outcome?.status !== "granted") throw new Error("not granted");
  expect((await send(outcome.grants.original, bytes)).status).toBe(204);
  return outcome.uploadId;
}

const confirm = async (id: string) => (await confirmUploads(viewer, [id]))[0];
const rowOf = async (id: string) =>
  (await database().orm.select().from(uploads).where(eq(uploads.id, id)))[0];
const refused = (code: string) => ({ status: "refused", error: { code } });
const failOnce = (reason: "time" | "memory" | "crash") =>
  vi.mocked(ask).mockRejectedValueOnce(new DecoderFailure(reason, ""));

test("a picture that the decoder does not survive twice is rejected, and never tried again", async () => {
  const id = await begin();
  const asked = vi.mocked(ask).mock.calls.length;
  failOnce("time");
  expect(await confirm(id)).toMatchObject(refused("unavailable"));
  expect(await rowOf(id)).toMatchObject({ state: "pending", decodeTries: 1 });
  failOnce("crash");
  expect(await confirm(id)).toMatchObject(refused("not_decoded"));
  expect(await rowOf(id)).toMatchObject({ state: "rejected", reservedBytes: 0, errorCode: "not_decoded" });
  expect(await confirm(id)).toMatchObject(refused("not_decoded"));
  expect(vi.mocked(ask).mock.calls.length - asked).toBe(2);
  const left = (await incoming().listdir("", { recursive: true }).next()).value;
  expect(left?.files ?? []).toEqual([]);
});

test("a picture that was unlucky once is taken the next time", async () => {
  const id = await begin();
  failOnce("memory");
  expect(await confirm(id)).toMatchObject(refused("unavailable"));
  expect(await confirm(id)).toMatchObject({ status: "ready" });
  expect(await rowOf(id)).toMatchObject({ state: "ready", decodeTries: 0 });
});

test("a server that died with it twice does not try a third time", async () => {
  const id = await begin();
  await database().orm.update(uploads).set({ decodeTries: 2, state: "verifying" }).where(eq(uploads.id, id));
  expect(await confirm(id)).toMatchObject(refused("not_decoded"));
});

test("whoever confirms while it is being decoded waits for that, and adds no try", async () => {
  const id = await begin();
  const asked = vi.mocked(ask).mock.calls.length;
  const answers = await Promise.all([confirm(id), confirm(id), confirm(id)]);
  for (const answer of answers) expect(answer).toMatchObject({ status: "ready" });
  expect(vi.mocked(ask).mock.calls.length - asked).toBe(1);
});

test("one request that brings the picture is told the same", async () => {
  const bytes = await picture();
  const send = () =>
    receiveImage(viewer, {
      name: "slow.png",
      announcedBytes: bytes.length,
      body: (async function* () {
        yield bytes;
      })(),
    });
  failOnce("time");
  expect(await send()).toMatchObject(refused("unavailable"));
});

test("what a crash left in the folder for temporary files is swept, and what is in use stays", async () => {
  const temporary = path.join(os.tmpdir(), `pail-test-${process.pid}`);
  const old = new Date(Date.now() - 2 * 60 * 60 * 1000);
  const make = async (name: string, fileAt: Date) => {
    await mkdir(path.join(temporary, name), { recursive: true });
    await writeFile(path.join(temporary, name, "original"), "x");
    await utimes(path.join(temporary, name, "original"), fileAt, fileAt);
    await utimes(path.join(temporary, name), old, old);
  };
  await make("pail-original-left", old);
  await make("pail-received-left", old);
  await make("pail-received-slow", new Date());
  await make("somebody-elses", old);
  vi.spyOn(os, "tmpdir").mockReturnValue(temporary);
  expect(await sweepTemporaryFolders()).toBe(2);
  expect((await readdir(temporary)).sort()).toEqual(["pail-received-slow", "somebody-elses"]);
  expect(await sweepTemporaryFolders()).toBe(0);
});
