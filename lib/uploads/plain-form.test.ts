import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { incoming } from "@/lib/storage/locations";
import { filenameVariable } from "@/lib/storage/post-policy";
import { s3Traits } from "@/lib/storage/stores/traits";
import { addViewer, setTraits, startTestPail } from "@/lib/testing/test-pail";
import type { PostForm } from "./contract";
import { policySeconds } from "./grants";
import { plainForm, receivePlainForm } from "./plain-form";
import { sweepUploads } from "./sweep";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

let pictures = 0;
async function photo(): Promise<Buffer> {
  pictures += 1;
  const background = { r: (pictures * 40) % 256, g: 90, b: 30 };
  return sharp({ create: { width: 60, height: 40, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** Sends the form as a browser does; resolves to the state that it comes back with. */
async function send(
  { url, fields }: PostForm,
  bytes: Buffer,
  name = "Zürich Ufer 岸 3.jpg",
): Promise<string> {
  const body = new FormData();
  for (const [field, value] of Object.entries(fields)) body.append(field, value);
  body.append("file", new File([bytes as Uint8Array<ArrayBuffer>], name));
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  expect(response.status).toBe(303);
  const back = new URL(response.headers.get("location") ?? "");
  expect(`${back.origin}${back.pathname}`).toBe(`${env().appOrigin}/upload`);
  return back.searchParams.get("state") ?? "";
}

async function form(by = viewer): Promise<PostForm> {
  const granted = await plainForm(by, "/upload");
  if (granted === null) throw new Error("there is no form");
  return granted;
}

const ownImages = () => database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
async function incomingNames(): Promise<string[]> {
  const all: string[] = [];
  for await (const { files } of incoming().listdir("", { recursive: true }))
    all.push(...files.map(({ name }) => name));
  return all;
}

describe("a plain form", () => {
  test("becomes a picture under the file's own name, whatever letters that has", async () => {
    const state = await send(await form(), await photo());
    const outcome = await receivePlainForm(viewer, state);
    expect(outcome).toMatchObject({ status: "ready", image: { title: "Zürich Ufer 岸 3", width: 60 } });
    expect(await incomingNames()).toEqual([]);
    expect(await receivePlainForm(viewer, state)).toEqual(outcome);
  });

  test("becomes a picture without its name where the store does not tell it", async () => {
    const { fields } = await form();
    const custom = { filename: filenameVariable };
    await incoming().save(incoming().nameOf(fields.key ?? ""), await photo(), { type: "image/jpeg", custom });
    const state = new URL(fields.success_action_redirect ?? "").searchParams.get("state") ?? "";
    expect(await receivePlainForm(viewer, state)).toMatchObject({ image: { title: "picture" } });
  });

  test("is none where the store takes no forms, or sends nobody back with a query", async () => {
    for (const traits of [{ upload: "put" }, { upload: "none" }, { redirectKeepsQuery: false }] as const) {
      await setTraits(traits);
      expect(await plainForm(viewer, "/upload")).toBeNull();
    }
    await setTraits(s3Traits);
  });

  test("answers two requests at once with one picture", async () => {
    const before = (await ownImages()).length;
    const state = await send(await form(), await photo());
    const outcomes = await Promise.all([receivePlainForm(viewer, state), receivePlainForm(viewer, state)]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "ready" });
    expect(await ownImages()).toHaveLength(before + 1);
  });

  test("says so where the viewer has the picture already", async () => {
    const bytes = await photo();
    await receivePlainForm(viewer, await send(await form(), bytes));
    expect(await receivePlainForm(viewer, await send(await form(), bytes))).toMatchObject({
      status: "duplicate",
    });
    expect(await incomingNames()).toEqual([]);
  });

  test("that was used before makes no second picture, and loses none silently", async () => {
    const used = await form();
    await receivePlainForm(viewer, await send(used, await photo()));
    const before = (await ownImages()).length;
    const state = await send(used, await photo());
    await expect(receivePlainForm(viewer, state)).rejects.toMatchObject({ code: "form_used" });
    expect(await ownImages()).toHaveLength(before);
    expect(await incomingNames()).toEqual([]);
  });

  test("keeps nothing of what is no picture, and says what it is", async () => {
    const state = await send(await form(), Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"));
    await expect(receivePlainForm(viewer, state)).rejects.toMatchObject({ code: "unsupported_type" });
    expect(await incomingNames()).toEqual([]);
    await expect(receivePlainForm(viewer, state)).rejects.toMatchObject({ code: "not_arrived" });
  });

  test("keeps nothing where the quota is full", async () => {
    const [row] = await database().orm.select().from(users).where(eq(users.id, viewer.id));
    const full = { usedBytes: env().userQuotaBytes - 5 };
    await database().orm.update(users).set(full).where(eq(users.id, viewer.id));
    const state = await send(await form(), await photo());
    await expect(receivePlainForm(viewer, state)).rejects.toMatchObject({ code: "quota_full" });
    expect(await incomingNames()).toEqual([]);
    const before = { usedBytes: row?.usedBytes ?? 0 };
    await database().orm.update(users).set(before).where(eq(users.id, viewer.id));
  });

  test("is one viewer's own, cannot be forged, and ends", async () => {
    const state = await send(await form(), await photo());
    const bad = { code: "bad_state" };
    await expect(receivePlainForm(await addViewer(), state)).rejects.toMatchObject(bad);
    const [id, ends, code] = state.split(".");
    for (const forged of [
      `${id}.${Number(ends) + 1}.${code}`,
      `${id}.${ends}`,
      "",
      "...",
      `${id}x.${ends}.${code}`,
    ])
      await expect(receivePlainForm(viewer, forged)).rejects.toMatchObject(bad);
    setClock(later(2 * policySeconds + 1));
    await expect(receivePlainForm(viewer, state)).rejects.toMatchObject(bad);
  });

  test("that nobody comes back with leaves nothing to the next day", async () => {
    await send(await form(), await photo());
    expect(await incomingNames()).not.toEqual([]);
    setClock(later(policySeconds + 601));
    await sweepUploads();
    expect(await incomingNames()).toEqual([]);
  });

  test("takes no larger file than the limit, no empty one, and no other key", async () => {
    const { url, fields } = await form();
    const answerTo = async (changes: Record<string, string>, bytes: Buffer) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ ...fields, ...changes })) body.append(name, value);
      body.append("file", new File([bytes as Uint8Array<ArrayBuffer>], "a.jpg"));
      const response = await fetch(url, { method: "POST", body, redirect: "manual" });
      return /<Code>(\w+)/.exec(await response.text())?.[1] ?? response.status;
    };
    expect(await answerTo({}, Buffer.alloc(env().limits.maxBytes + 1))).toBe("EntityTooLarge");
    expect(await answerTo({}, Buffer.alloc(0))).toBe("EntityTooSmall");
    expect(await answerTo({ key: "media/mine.jpg" }, Buffer.from("x"))).toBe("AccessDenied");
    expect(await answerTo({ success_action_redirect: "https://example.org/" }, Buffer.from("x"))).toBe(
      "AccessDenied",
    );
  });
});
