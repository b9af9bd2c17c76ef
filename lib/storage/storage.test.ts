import { createHash, randomBytes } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPail } from "@/lib/test-pail";
import { bucketClient } from "./bucket-client";
import { incoming, media, Storage } from "./storage";

let pail: Awaited<ReturnType<typeof startTestPail>>;

beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

/** Puts an object as nobody but a test may, and returns its ETag. */
async function put(storage: Storage, name: string, bytes: Buffer): Promise<string> {
  const target = { Bucket: storage.bucket.name, Key: storage.key(name), Body: bytes };
  const { ETag } = await storage.bucket.s3.send(
    new PutObjectCommand({ ...target, ChecksumSHA256: sha256(bytes) }),
  );
  return ETag ?? "";
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("base64");

async function readAll(storage: Storage, name: string, etag: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await storage.open(name, etag)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function names(storage: Storage): Promise<string[]> {
  const all: string[] = [];
  for await (const page of storage.list()) all.push(...page.map((object) => object.name));
  return all;
}

describe("a name", () => {
  const part = fc
    .string({ unit: "binary", minLength: 1, maxLength: 12 })
    .filter((text) => !text.includes("/") && text !== "." && text !== "..");
  const parts = fc.array(part, { minLength: 1, maxLength: 4 });

  test("and its key follow from each other", () => {
    fc.assert(
      fc.property(parts, (inside) => {
        const name = inside.join("/");
        expect(media().key(name)).toBe(`media/${name}`);
        expect(media().nameOf(media().key(name))).toBe(name);
        expect(() => incoming().nameOf(media().key(name))).toThrow("is not under incoming/");
      }),
    );
  });

  test("that would leave the location, or stand for a folder, is refused", () => {
    const leaving = fc.constantFrom("", ".", "..");
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 3 }),
        leaving,
        fc.array(part, { maxLength: 3 }),
        (a, bad, b) => {
          const name = [...a, bad, ...b].join("/");
          expect(() => media().key(name)).toThrow(expect.objectContaining({ code: "invalid_name" }));
        },
      ),
    );
  });

  test("is not found in a key that only begins like the location", () => {
    expect(() => media().nameOf("media-2/a")).toThrow("is not under media/");
    expect(() => media().nameOf("media")).toThrow("is not under media/");
  });

  test("in any script, with spaces, quotes and signs, is one object", async () => {
    const storage = new Storage(bucketClient(), "scripts");
    const odd = ["Zürich/Ufer 3.jpg", "שלום.jpg", "a+b&c=d?#%25.jpg", `'"(!*)'.jpg`, "🏔️", "a\\..\\b"];
    for (const name of odd) {
      const bytes = Buffer.from(name);
      const etag = await put(storage, name, bytes);
      await media().copyFrom(storage, name, { etag }, `scripts/${name}`);
      expect(await storage.stat(name)).toEqual({ bytes: bytes.length, etag, sha256: sha256(bytes) });
      expect(await media().stat(`scripts/${name}`)).toMatchObject({ bytes: bytes.length });
    }
    expect((await names(storage)).sort()).toEqual(odd.toSorted());
    await storage.delete(odd);
    expect(await names(storage)).toEqual([]);
  });
});

describe("an object", () => {
  test("that is not there has no stat", async () => {
    expect(await media().stat("nothing/here")).toBeNull();
  });

  test("is read in part or whole", async () => {
    const bytes = randomBytes(200_000);
    const etag = await put(media(), "read/a", bytes);
    const read = async (start: number, end: number) =>
      bytes.subarray(start, end).equals(await media().read("read/a", etag, start, end));
    expect(await Promise.all([read(0, 65_536), read(1, 2), read(199_999, 300_000)])).toEqual([
      true,
      true,
      true,
    ]);
    expect(await media().read("read/a", etag, 5, 5)).toHaveLength(0);
    expect((await readAll(media(), "read/a", etag)).equals(bytes)).toBe(true);
  });

  test("that has changed, or gone, is not read and not copied", async () => {
    const old = await put(incoming(), "changed/a", Buffer.from("old"));
    await put(incoming(), "changed/a", Buffer.from("new"));
    const changed = { code: "changed" };
    await expect(incoming().read("changed/a", old, 0, 3)).rejects.toMatchObject(changed);
    await expect(incoming().open("changed/a", old)).rejects.toMatchObject(changed);
    await expect(media().copyFrom(incoming(), "changed/a", { etag: old }, "changed/a")).rejects.toMatchObject(
      changed,
    );
    await expect(media().copyFrom(incoming(), "changed/b", { etag: old }, "changed/b")).rejects.toMatchObject(
      changed,
    );
    await expect(incoming().read("changed/b", old, 0, 3)).rejects.toMatchObject(changed);
    expect(await names(media())).not.toContainEqual(expect.stringMatching(/^changed/));
  });

  test("is not taken for the one that was checked if its copy has another SHA-256", async () => {
    const etag = await put(incoming(), "copy/swapped", Buffer.from("swapped"));
    const checked = { etag, sha256: sha256(Buffer.from("checked")) };
    await expect(media().copyFrom(incoming(), "copy/swapped", checked, "copy/b")).rejects.toMatchObject({
      code: "changed",
    });
  });

  test("that was copied outlives the deletion of its source, byte for byte", async () => {
    const bytes = randomBytes(300_000);
    const etag = await put(incoming(), "copy/original", bytes);
    await media().copyFrom(incoming(), "copy/original", { etag }, "copy/kept.jpg");
    await incoming().delete(["copy/original"]);
    expect(await incoming().stat("copy/original")).toBeNull();
    const stat = await media().stat("copy/kept.jpg");
    expect(stat).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    expect((await readAll(media(), "copy/kept.jpg", stat?.etag ?? "")).equals(bytes)).toBe(true);
  });

  test("that is copied over is replaced, and copied again stays the same", async () => {
    const [first, second] = [
      await put(incoming(), "over/1", Buffer.from("first")),
      await put(incoming(), "over/2", Buffer.from("second")),
    ];
    await media().copyFrom(incoming(), "over/1", { etag: first }, "over/a");
    for (let i = 0; i < 2; i += 1) await media().copyFrom(incoming(), "over/2", { etag: second }, "over/a");
    expect((await readAll(media(), "over/a", second)).toString()).toBe("second");
  });
});

describe("deleting", () => {
  test("takes what is named and nothing else, and minds nothing that is missing", async () => {
    for (const name of ["gone/a", "gone/b", "gone/b2"]) await put(media(), name, Buffer.from(name));
    await media().delete(["gone/a", "gone/b", "gone/never"]);
    await media().delete(["gone/a"]);
    await media().delete([]);
    expect((await names(media())).filter((name) => name.startsWith("gone/"))).toEqual(["gone/b2"]);
  });

  test("takes more than S3 does at once", async () => {
    const all = Array.from({ length: 2001 }, (_, i) => `crowd/${i}`);
    for (const i of [0, 999, 1000, 2000]) await put(media(), `crowd/${i}`, Buffer.from("x"));
    await media().delete(all);
    expect(await names(media())).not.toContainEqual(expect.stringMatching(/^crowd/));
  });

  test("stays inside the location", async () => {
    await put(media(), "safe/a", Buffer.from("a"));
    await expect(incoming().delete(["../media/safe/a"])).rejects.toMatchObject({ code: "invalid_name" });
    expect(await media().stat("safe/a")).not.toBeNull();
  });
});

test("a list says how long an object is and when it came; other locations are not in it", async () => {
  const storage = new Storage(bucketClient(), "listed");
  await put(storage, "a", Buffer.from("1234"));
  await put(new Storage(bucketClient(), "listed-too"), "b", Buffer.from("x"));
  const pages = [];
  for await (const page of storage.list()) pages.push(...page);
  expect(pages).toEqual([{ name: "a", bytes: 4, modifiedAt: expect.any(Date) }]);
  expect(Math.abs((pages[0]?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
});
