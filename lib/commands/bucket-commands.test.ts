import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, test } from "vitest";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { firstLine, inUse, launch, newFolder, occupiedPort, run } from "@/lib/testing/command-line";
import { connect } from "@/lib/testing/local-bucket/test-server";

const account = { AWS_ACCESS_KEY_ID: "an-access-key", AWS_SECRET_ACCESS_KEY: "a-secret-key" };

describe.concurrent("bucket serve", () => {
  test("says its address, answers nobody who has not signed, and ends when it is told to", async () => {
    const child = launch(["bucket", "serve", "--port", "0"], { S3_PORT: String(occupiedPort) });
    const address = /^The local bucket is at (http:\/\/127\.0\.0\.1:\d+)$/.exec(await firstLine(child))?.[1];
    expect((await fetch(`${address}/pail/media/a.jpg`)).status).toBe(403);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("says in one sentence that its port is in use", async () => {
    const { code, out, err } = await run(["bucket", "serve"], { S3_PORT: String(occupiedPort) });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(inUse());
  });
});

describe.concurrent("bucket serve --data", () => {
  test("serves those who sign with AWS's variables, logs every request without its query, ends on SIGINT", async () => {
    const [home, data] = [newFolder(), newFolder()];
    const child = launch(["bucket", "serve", "--data", data, "--port", "0", "--json"], {
      ...account,
      AWS_REGION: "eu-north-1",
      DATA_DIR: home,
      // Of no concern to it.
      APP_ORIGIN: "nonsense",
      S3_BUCKET: "elsewhere",
    });
    const logged = text(child.stderr);
    const { url, port } = JSON.parse(await firstLine(child));
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const client = new S3Client({
      endpoint: url,
      region: "eu-north-1",
      forcePathStyle: true,
      credentials: { accessKeyId: account.AWS_ACCESS_KEY_ID, secretAccessKey: account.AWS_SECRET_ACCESS_KEY },
    });
    await client.send(new CreateBucketCommand({ Bucket: "anyone" }));
    const object = { Bucket: "anyone", Key: "a/b.txt" };
    await client.send(new PutObjectCommand({ ...object, Body: "words" }));
    const signed = await getSignedUrl(client, new GetObjectCommand(object));
    expect(await (await fetch(signed)).text()).toBe("words");
    client.destroy();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    const lines = (await logged).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 30, operation: "CreateBucket", status: 200 },
      { level: 30, operation: "PutObject", key: "a/b.txt", status: 200 },
      { level: 30, operation: "GetObject", key: "a/b.txt", status: 200 },
    ]);
    expect(lines.join("\n")).not.toMatch(/X-Amz|Signature|a-secret-key|"level":"/);
    expect(fs.readdirSync(data)).toContain("index.sqlite");
    expect(fs.readdirSync(home)).toEqual([]);
  });

  test("says in one sentence which variables are missing", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", "0"];
    const { code, out, err } = await run(args, { ...account, AWS_SECRET_ACCESS_KEY: "" });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY .*\.\n$/);
  });

  test.each<[string, string[], RegExp]>([
    ["a port that is none", ["--port", "65536"], /^--port must be a number from 0 to 65535\.\n$/],
    ["an empty folder name", ["--data", ""], /^--data must not be empty\.\n$/],
    ["an option that it does not have", ["--prot", "1"], /^Unknown option '--prot'.*\n$/],
  ])("refuses %s", async (_, args, sentence) => {
    const { code, out, err } = await run(["bucket", "serve", ...args], account);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
  });

  test("says in one sentence that its port is in use", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", String(occupiedPort)];
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(new RegExp(`^Port ${occupiedPort} is in use\\. .*--port ${occupiedPort + 1}\\n$`));
  });

  test("says in one sentence that its folder cannot be written", async () => {
    const file = path.join(newFolder(), "file");
    fs.writeFileSync(file, "");
    const args = ["bucket", "serve", "--data", path.join(file, "data"), "--port", "0"];
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^The local bucket cannot write .*file\/data \(ENOTDIR\)\. .*--data .*\n$/);
  });

  test("says in one sentence that its folder is in use", async () => {
    const args = ["bucket", "serve", "--data", newFolder(), "--port", "0"];
    const first = launch(args, account);
    await firstLine(first);
    const { code, out, err } = await run(args, account);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^Another local bucket is using .*\. Stop it first, .*--data .*\n$/);
    first.kill("SIGTERM");
    expect(await once(first, "exit")).toEqual([0, null]);
  });
});

describe.concurrent("bucket check", () => {
  const check = (folder: string, ...flags: string[]) => run(["bucket", "check", "--data", folder, ...flags]);

  /** A bucket's folder with two objects, each of 11 bytes, that nobody serves any more. */
  async function makeFolder(): Promise<{ folder: string; blobs: string[] }> {
    const folder = newFolder();
    const identity = {
      accessKeyId: account.AWS_ACCESS_KEY_ID,
      secretAccessKey: account.AWS_SECRET_ACCESS_KEY,
    };
    const local = await startLocalBucket({ dataDir: folder, region: "us-east-1", credentials: identity });
    const client = connect(local.url, "us-east-1", identity);
    await client.send(new CreateBucketCommand({ Bucket: "photos" }));
    for (const Key of ["a.jpg", "b.jpg"])
      await client.send(new PutObjectCommand({ Bucket: "photos", Key, Body: `I am ${Key}!` }));
    client.destroy();
    await local.close();
    const entries = fs.readdirSync(path.join(folder, "blobs"), { recursive: true, withFileTypes: true });
    return {
      folder,
      blobs: entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => path.join(parentPath, name)),
    };
  }

  test("finds all well, and says how much there is", async () => {
    const { folder } = await makeFolder();
    const [shallow, deep] = await Promise.all([check(folder, "--json"), check(folder, "--deep")]);
    expect(shallow).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(shallow.out)).toEqual({ objects: 2, blobs: 2, bytes: 22, problems: [] });
    expect(deep).toMatchObject({ code: 0, err: "" });
    expect(deep.out).toBe("2 objects, 2 files, 22 bytes: every byte is as it was stored.\n");
  });

  test("names the object of a file that is gone", async () => {
    const { folder, blobs } = await makeFolder();
    const [gone = ""] = blobs;
    const key = fs.readFileSync(gone, "utf8").slice(5, -1);
    fs.rmSync(gone);
    const { code, out, err } = await check(folder);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe(
      `missing file: ${path.basename(gone)}, needed by photos/${key}\n2 objects, 2 files, 22 bytes. Problems: 1.\n`,
    );
  });

  test("sees another byte in a file only where it reads them all", async () => {
    const { folder, blobs } = await makeFolder();
    const [changed = ""] = blobs;
    fs.writeFileSync(changed, "I am z.jpg!");
    expect((await check(folder)).code).toBe(0);
    const { code, out, err } = await check(folder, "--deep", "--json");
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out).problems).toMatchObject([
      { kind: "file with other bytes", what: path.basename(changed), neededBy: [{ bucket: "photos" }] },
    ]);
  });

  test("says in one sentence that a server is using the folder", async () => {
    const folder = newFolder();
    const server = launch(["bucket", "serve", "--data", folder, "--port", "0"], account);
    await firstLine(server);
    const { code, out, err } = await check(folder);
    expect([code, out, err]).toEqual([1, "", `A local bucket is using ${folder}. Stop it first.\n`]);
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
  });

  test("says in one sentence that there is no bucket in a folder, and leaves it as it is", async () => {
    const folder = newFolder();
    const { code, out, err } = await check(folder);
    expect([code, out, err]).toEqual([1, "", `There is no bucket in ${folder}.\n`]);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
