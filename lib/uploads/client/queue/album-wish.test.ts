import { beforeEach, describe, expect, it, vi } from "vitest";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedJournal } from "@/lib/testing/simulated-journal";
import { type ServerFault, SimulatedWorld } from "@/lib/testing/simulated-world";
import { albumNameFor, goalsOf, readAlbumWish } from "./album-wish";
import { sourceOf, withSource } from "./file-source";
import type { UploadQueue } from "./upload-queue";

let clock: SimulatedClock;
let world: SimulatedWorld;
let journal: SimulatedJournal;
let queue: UploadQueue;

beforeEach(() => start());

function start(keeps?: (file: File) => boolean): void {
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  journal = new SimulatedJournal(keeps);
  openPage();
}

function openPage(): void {
  queue = world.openQueue({ journal });
}

function file(title: string, folder: string | null = "Italy"): File {
  const chosen = new File([title.padEnd(1000)], `${title}.jpg`, { lastModified: 1 });
  return withSource(chosen, { folders: folder?.split(" / ") ?? [] });
}

vi.mock("../prepare/digests", () => ({ sha256: (blob: Blob) => blob.slice(0, 100).text() }));

const finish = () => clock.advance(Number.POSITIVE_INFINITY);
const offered = () =>
  queue.getSnapshot().items.map(({ albumWish }) => (albumWish.status === "offered" ? albumWish.name : null));
const album = (name: string) => [...(world.albums.get(name) ?? [])].map((title) => title.replace(".jpg", ""));
const statuses = () => queue.getSnapshot().items.map(({ state }) => state.status);

describe("an album of a folder", () => {
  it("is offered for what came in folders, and not made unasked", async () => {
    queue.add([file("lake"), file("alone", null), file("forum", "Italy / Rome")]);
    expect(offered()).toEqual(["Italy", null, "Italy / Rome"]);
    await finish();
    expect(statuses()).toEqual(["ready", "ready", "ready"]);
    expect(world.albums.size).toBe(0);
    queue.makeNoAlbums();
    await finish();
    expect(offered()).toEqual([null, null, null]);
    expect(world.albums.size).toBe(0);
  });

  it.each([0, 700, 100_000])("has all its pictures when it is wanted after %i ms", async (ms) => {
    queue.add([file("lake"), file("hill"), file("alone", null), file("forum", "Italy / Rome")]);
    await clock.advance(ms);
    queue.makeAlbums();
    expect(offered()).toEqual([null, null, null, null]);
    await finish();
    expect(album("Italy").sort()).toEqual(["hill", "lake"]);
    expect(album("Italy / Rome")).toEqual(["forum"]);
  });

  it("is offered again where the folder is chosen again", async () => {
    queue.add([file("lake")]);
    queue.makeNoAlbums();
    await finish();
    queue.add([file("hill")]);
    expect(offered()).toEqual([null, "Italy"]);
  });

  it("has the pictures that were there already", async () => {
    queue.add([file("lake", null)]);
    await finish();
    queue.add([file("lake"), file("hill")]);
    queue.makeAlbums();
    await finish();
    expect(statuses()).toEqual(["ready", "duplicate", "ready"]);
    expect(album("Italy").sort()).toEqual(["hill", "lake"]);
  });

  it("takes few calls", async () => {
    const calls = vi.spyOn(world.server, "addToAlbum");
    queue.add(Array.from({ length: 40 }, (_, n) => file(`picture ${n}`)));
    queue.makeAlbums();
    await finish();
    expect(album("Italy")).toHaveLength(40);
    expect(calls.mock.calls.length).toBeLessThan(12);
  });

  it("is made through faults, and fails no picture where it cannot be", async () => {
    queue.add([file("lake")]);
    queue.makeAlbums();
    while (world.images.size === 0) await clock.advance(10);
    world.serverFaults = ["throws", "unavailable", "loses_answer"];
    await finish();
    expect(album("Italy")).toEqual(["lake"]);

    const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    queue.add([file("hill")]);
    queue.makeAlbums();
    while (world.images.size === 1) await clock.advance(10);
    world.serverFaults = Array<ServerFault>(6).fill("unavailable");
    await finish();
    expect(statuses()).toEqual(["ready", "ready"]);
    expect(said).toHaveBeenCalledOnce();
  });
});

describe("in a later page", () => {
  it("it is still wanted", async () => {
    queue.add([file("lake"), file("hill"), file("wood")]);
    await clock.advance(700);
    queue.makeAlbums();
    queue.close();
    openPage();
    await finish();
    expect(album("Italy").sort()).toEqual(["hill", "lake", "wood"]);
    expect(journal.rows.size).toBe(0);
  });

  it("it is still offered, also for what has to be chosen again", async () => {
    start(() => false);
    const chosen = [file("lake"), file("hill")];
    queue.add(chosen);
    await clock.advance(50);
    queue.close();
    openPage();
    await finish();
    expect(offered()).toEqual(["Italy", "Italy"]);
    queue.makeAlbums();
    queue.close();
    openPage();
    await finish();
    expect(offered()).toEqual([null, null]);
    await queue.reattach(chosen);
    await finish();
    expect(album("Italy").sort()).toEqual(["hill", "lake"]);
  });

  it("has a picture that had arrived when the page before it was closed", async () => {
    queue.add([file("lake")]);
    queue.makeAlbums();
    while (world.images.size === 0) await clock.advance(5);
    queue.close();
    openPage();
    await finish();
    expect(album("Italy")).toEqual(["lake"]);
    expect(statuses()).toEqual(["ready"]);
  });
});

describe("what is chosen or dropped into an album", () => {
  const lake = { id: "id of Lake", name: "Lake" };
  const into = (chosen: File) => withSource(chosen, { ...sourceOf(chosen), album: lake });

  it("goes there unasked, also a folder, with pictures that were there already", async () => {
    queue.add([file("old", null)]);
    await finish();
    queue.add([into(file("old", null)), into(file("hill", null)), into(file("forum", "Italy / Rome"))]);
    expect(offered()).toEqual([null, null, null, null]);
    expect(goalsOf(queue.getSnapshot().items)).toEqual([lake]);
    await finish();
    expect(album(lake.id).sort()).toEqual(["forum", "hill", "old"]);
    expect([...world.albums.keys()]).toEqual([lake.id]);
  });

  it("goes there also in a later page", async () => {
    queue.add(["hill", "wood", "lake"].map((title) => into(file(title, null))));
    await clock.advance(700);
    queue.close();
    openPage();
    await finish();
    expect(album(lake.id).sort()).toEqual(["hill", "lake", "wood"]);
    expect(journal.rows.size).toBe(0);
  });

  it("is told apart from an album of the same name, in one go", async () => {
    const other = { id: "id of another", name: "Lake" };
    const dropped = file("hill", null);
    queue.add([
      into(file("wood", null)),
      withSource(dropped, { folders: [], album: other }),
      file("sea", "Lake"),
    ]);
    queue.makeAlbums();
    await finish();
    expect([album(lake.id), album(other.id), album("Lake")]).toEqual([["wood"], ["hill"], ["sea"]]);
  });
});

it("the folder of a file that was chosen with its folder is known", () => {
  const chosen = (webkitRelativePath: string) =>
    albumNameFor(
      Object.defineProperty(new File([], "a.jpg"), "webkitRelativePath", { value: webkitRelativePath }),
    );
  expect(chosen("")).toBeNull();
  expect(chosen("Italy/a.jpg")).toBe("Italy");
  expect(chosen("Italy/Rome/a.jpg")).toBe("Italy / Rome");
  expect(chosen(`${"x".repeat(200)}/Rome/a.jpg`)).toHaveLength(100);
});

it("a wish that an earlier build noted is still known", () => {
  expect(readAlbumWish({})).toEqual({ status: "none" });
  expect(readAlbumWish({ folder: "Italy", album: null })).toEqual({ status: "offered", name: "Italy" });
  expect(readAlbumWish({ folder: null, album: "Italy" })).toEqual({ status: "wanted", name: "Italy" });
  const albumWish = { status: "offered", name: "Rome" } as const;
  expect(readAlbumWish({ albumWish, folder: "Italy" })).toEqual(albumWish);
});
