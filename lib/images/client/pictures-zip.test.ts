import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readZip } from "@/lib/testing/read-zip";
import { maxImagesPerUrlCall, type Original } from "../contract";
import { Gate } from "./gate";
import { type Missing, picturesZip, predictZipBytes } from "./pictures-zip";

const MiB = 1024 * 1024;

/** The app and the bucket, as far as a zip asks them. */
class Store {
  readonly pictures = new Map<string, { name: string; bytes: Uint8Array<ArrayBuffer> }>();
  readonly asked: { url: string; range: string | null }[] = [];
  viewerId = "viewer";
  isSignedIn = true;
  /** of these, a connection breaks after so many bytes, once */
  readonly breaks = new Map<string, number>();
  /** of these the bucket knows nothing */
  readonly gone = new Set<string>();
  /** whose URLs it refuses, until fresh ones are asked for */
  readonly expired = new Set<string>();

  add(name: string, size: number): { id: string; bytes: number } {
    const id = `id-${this.pictures.size}`;
    const bytes = new Uint8Array(size).map((_, n) => (n * 31 + this.pictures.size) % 256);
    this.pictures.set(id, { name, bytes });
    return { id, bytes: size };
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const range = new Headers(init.headers).get("range");
    this.asked.push({ url, range });
    if (url === "/images/originals") return this.answerApp(JSON.parse(String(init.body)));
    const id = url.split("/").at(-1) ?? "";
    const bytes = this.pictures.get(id)?.bytes;
    if (this.expired.has(id)) return new Response("expired", { status: 403 });
    if (bytes === undefined || this.gone.has(id)) return new Response("gone", { status: 404 });
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    return new Response(this.streamOf(id, bytes.subarray(from)), {
      status: range === null ? 200 : 206,
      headers: { etag: `"${id}"` },
    });
  };

  private answerApp(ids: string[]): Response {
    if (!this.isSignedIn) return new Response("{}", { status: 401 });
    const originals = ids.flatMap((id): Original[] => {
      const picture = this.pictures.get(id);
      this.expired.delete(id);
      if (picture === undefined) return [];
      const { name, bytes } = picture;
      return [{ id, name, bytes: bytes.length, capturedAt: 0, downloadUrl: `https://bucket/${id}` }];
    });
    return Response.json({ viewerId: this.viewerId, originals });
  }

  private streamOf(id: string, bytes: Uint8Array<ArrayBuffer>): ReadableStream {
    let at = 0;
    const breakAt = this.breaks.get(id) ?? Number.POSITIVE_INFINITY;
    return new ReadableStream({
      pull: (controller) => {
        if (at >= breakAt) {
          this.breaks.delete(id);
          return controller.error(new TypeError("network error"));
        }
        if (at >= bytes.length) return controller.close();
        const end = Math.min(at + 65_536, bytes.length, breakAt);
        controller.enqueue(bytes.slice(at, end));
        at = end;
      },
    });
  }
}

let store: Store;
let stopping: AbortController;
let gate: Gate;
let waits: (string | null)[];
let missing: Missing[];

beforeEach(() => {
  store = new Store();
  stopping = new AbortController();
  waits = [];
  gate = new Gate(stopping.signal, () => waits.push(gate.wait));
  vi.stubGlobal("fetch", store.fetch);
});
afterEach(() => vi.unstubAllGlobals());

async function zipOf(pictures: { id: string; bytes: number }[]): Promise<Buffer> {
  const note = (all: Missing[]) => ({ name: "missing.txt", text: all.map(({ name }) => name).join() });
  const zip = picturesZip(pictures, { gate, onPicture: () => {}, note });
  missing = zip.missing;
  return Buffer.from(await new Response(zip.stream).arrayBuffer());
}

const found = (zip: Buffer) => Object.fromEntries(readZip(zip).map(({ name, bytes }) => [name, bytes]));

test("the zip has every original under a name of its own, also where they are asked for in parts", async () => {
  const pictures = Array.from({ length: 2 * maxImagesPerUrlCall + 1 }, () => store.add("lake.jpg", 10));
  const files = found(await zipOf(pictures));
  expect(Object.keys(files)).toHaveLength(pictures.length);
  expect(files["lake (201).jpg"]).toEqual(Buffer.from(store.pictures.get("id-200")?.bytes ?? []));
  expect(store.asked.filter(({ url }) => url.startsWith("/"))).toHaveLength(3);
  expect(missing).toEqual([]);
});

test("how long it will be is told beforehand, to the byte where names have such a length", async () => {
  const pictures = [1, 70_000, 3 * MiB].map((size) => store.add("a name as a camera gives it.jpg", size));
  // “ (2)” and “ (3)”, in both directories.
  expect((await zipOf(pictures)).length).toBe(predictZipBytes(pictures) + 2 * 2 * 4);
});

test("a connection that breaks is made anew from where it broke, ahead of its turn and in it", async () => {
  const pictures = [store.add("small.jpg", 300_000), store.add("large.jpg", 20 * MiB)];
  store.breaks.set("id-0", 100_000);
  store.breaks.set("id-1", 9 * MiB);
  const files = found(await zipOf(pictures));
  for (const { name, bytes } of store.pictures.values()) expect(files[name]?.equals(bytes)).toBe(true);
  expect(store.asked.flatMap(({ range }) => range ?? [])).toEqual(["bytes=100000-", `bytes=${9 * MiB}-`]);
});

test("a picture that is gone is left out, whenever that comes to light, and said in a file beside the others", async () => {
  const pictures = [
    store.add("kept.jpg", 1000),
    store.add("gone.jpg", 1000),
    store.add("large and gone.jpg", 17 * MiB),
    store.add("gone in the middle.jpg", 200_000),
    { id: "never-there", bytes: 5 },
  ];
  for (const id of ["id-1", "id-2"]) store.gone.add(id);
  store.breaks.set("id-3", 70_000);
  const fetchAll = store.fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    // By the time that its connection has broken, it is not there any more.
    if (new Headers(init.headers).has("range")) store.gone.add("id-3");
    return fetchAll(url, init);
  });
  const files = found(await zipOf(pictures));
  expect(Object.keys(files)).toEqual(["kept.jpg", "missing.txt"]);
  expect(missing).toHaveLength(4);
  expect(missing).toEqual(
    expect.arrayContaining([
      { name: null, isCut: false },
      { name: "gone.jpg", isCut: false },
      { name: "large and gone.jpg", isCut: false },
      { name: "gone in the middle.jpg", isCut: false },
    ]),
  );
});

test("a large one that is gone in the middle ends there, and the zip goes on", async () => {
  const pictures = [store.add("large.jpg", 20 * MiB), store.add("kept.jpg", 1000)];
  store.breaks.set("id-0", 5 * MiB);
  const fetchAll = store.fetch;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (new Headers(init.headers).has("range")) store.gone.add("id-0");
    return fetchAll(url, init);
  });
  const files = found(await zipOf(pictures));
  expect(files["large.jpg"]?.length).toBe(5 * MiB);
  expect(files["kept.jpg"]?.length).toBe(1000);
  expect(missing).toEqual([{ name: "large.jpg", isCut: true }]);
});

test("a URL that the bucket refuses is asked for anew; what it always refuses is as good as gone", async () => {
  const pictures = [store.add("a.jpg", 10), store.add("b.jpg", 10)];
  store.expired.add("id-0");
  const fetchAll = store.fetch;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const answer = await fetchAll(url, init);
    // As if it had run out since.
    if (url === "/images/originals" && store.asked.length === 1) store.expired.add("id-0");
    return url.endsWith("id-1") ? new Response("no", { status: 403 }) : answer;
  });
  expect(Object.keys(found(await zipOf(pictures)))).toEqual(["a.jpg", "missing.txt"]);
  expect(missing).toEqual([{ name: "b.jpg", isCut: false }]);
});

test("without a session, or with somebody else's, it waits until the person is back, and nothing is called missing", async () => {
  vi.useFakeTimers();
  try {
    const pictures = Array.from({ length: maxImagesPerUrlCall + 1 }, () => store.add("a.jpg", 10));
    const fetchAll = store.fetch;
    let calls = 0;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      if (url === "/images/originals") calls += 1;
      store.isSignedIn = calls < 2 || calls > 4;
      store.viewerId = calls > 4 && calls < 7 ? "somebody else" : "viewer";
      return fetchAll(url, init);
    });
    const coming = zipOf(pictures);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Object.keys(found(await coming))).toHaveLength(pictures.length);
    expect(missing).toEqual([]);
    expect(new Set(waits)).toEqual(new Set([null, "signed_out", "other_viewer"]));
  } finally {
    vi.useRealTimers();
  }
});

test("while it is paused nothing is fetched, and what is stopped ends with the reason", async () => {
  const pictures = [store.add("a.jpg", 10)];
  gate.pause();
  const coming = zipOf(pictures);
  coming.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(store.asked).toEqual([]);
  gate.resume();
  await coming;
  gate.pause();
  const stopped = zipOf(pictures);
  stopping.abort(new Error("stopped by hand"));
  await expect(stopped).rejects.toThrow("stopped by hand");
});
