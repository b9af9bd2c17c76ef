import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { checkFolder } from "../check";

const image = randomBytes(1024 ** 2);

/** A disk of 24 MB; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = mountSmallDisk();
afterAll(() => {
  if (disk === undefined) return;
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

describe.skipIf(disk === undefined)("a full disk (needs the right to mount one)", () => {
  const folder = disk ?? "";
  const ballast = join(folder, "ballast");
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer({ dataDir: join(folder, "data") });
  });
  afterEach(async () => {
    await server.stop();
    await rm(join(folder, "data"), { recursive: true });
    await rm(ballast, { force: true });
  });

  const at = (Key: string) => ({ Bucket: server.bucket, Key });
  const put = (key: string) => server.client.send(new PutObjectCommand({ ...at(key), Body: image }));
  const bytesOf = async (key: string) => {
    const { Body } = await server.client.send(new GetObjectCommand(at(key)));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };

  /** Takes what room there is on the disk, to the last byte. */
  async function fillDisk(): Promise<void> {
    const file = await open(ballast, "a");
    try {
      for (let bytes = 1024 ** 2; bytes >= 1; ) {
        try {
          const { bytesWritten } = await file.write(Buffer.alloc(bytes));
          if (bytesWritten < bytes) bytes = Math.floor(bytes / 2);
        } catch {
          bytes = Math.floor(bytes / 2);
        }
      }
    } finally {
      await file.close();
    }
  }

  test("is said as such, reading goes on, and there is room again once something is deleted", async () => {
    await put("kept");
    let stored = 0;
    const fill = async () => {
      for (;;) {
        await put(`fill/${stored}`);
        stored += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({
      name: "InsufficientStorage",
      $metadata: { httpStatusCode: 507 },
    });
    expect(stored).toBeGreaterThan(5);
    const answer = await postForm(server, await pinnedForm(server, "form", image));
    expect([answer.status, answer.code]).toEqual([507, "InsufficientStorage"]);
    expect(answer.body).toContain("Make room there or delete objects");
    expect(await exists(server, `fill/${stored}`)).toBe(false);
    expect(await exists(server, "form")).toBe(false);
    expect((await bytesOf("kept")).equals(image)).toBe(true);

    for (const key of ["fill/0", "fill/1"]) await server.client.send(new DeleteObjectCommand(at(key)));
    await put("after");
    expect((await bytesOf("after")).equals(image)).toBe(true);
    expect((await postForm(server, await pinnedForm(server, "form", image))).status).toBe(201);
    await server.local.close();
    const report = await checkFolder(join(folder, "data"), { deep: true });
    expect(report).toMatchObject({ objects: stored + 1, blobs: stored + 1, problems: [] });
    await server.restart({ stopped: true });
    expect((await bytesOf("kept")).equals(image)).toBe(true);
  });

  test("even with no byte left, objects can be read and deleted, and the server starts again", async () => {
    for (const key of ["a", "b", "c"]) await put(key);
    await fillDisk();
    await expect(put("more")).rejects.toMatchObject({ name: "InsufficientStorage" });
    expect((await bytesOf("a")).equals(image)).toBe(true);
    await server.client.send(new DeleteObjectCommand(at("b")));
    await put("in its place");
    await server.client.send(new DeleteObjectCommand(at("in its place")));
    await fillDisk();
    await server.restart();
    expect((await bytesOf("c")).equals(image)).toBe(true);
    await rm(ballast);
    await put("later");
    expect((await bytesOf("later")).equals(image)).toBe(true);
  });
});
