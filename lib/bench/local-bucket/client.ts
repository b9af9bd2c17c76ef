import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { megabyte } from "./figures";
import { type ClientTask, load } from "./processes";

/** Whoever sends, reads or writes for a bench, in a process of its own. Each message is a task. */
process.on("message", (task: ClientTask) => {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  void run(task).then(() => {
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startedAt) / 1000;
    process.send?.({ seconds, cpuSeconds: (user + system) / 1e6 });
  });
});

const agent = new Agent({ keepAlive: true, maxSockets: load.atOnce });
const noise = randomBytes(megabyte);
const boundary = randomBytes(16).toString("hex");

async function run(task: ClientTask): Promise<void> {
  if (task.task === "post") await sixAtATime(task.count, (i) => post(task, i));
  else if (task.task === "get") await sixAtATime(task.urls.length, (i) => get(task.urls[i] ?? ""));
  else await sixAtATime(task.count, (i) => write(join(task.folder, `file-${i}`), task.bytes));
}

async function sixAtATime(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: load.atOnce }, worker));
}

function* content(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= noise.length) yield noise.subarray(0, left);
}

async function post({ url, fields, bytes }: ClientTask & { task: "post" }, index: number): Promise<void> {
  const part = (name: string, rest: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}`;
  const parts = Object.entries(fields).map(([name, value]) => part(name, `\r\n\r\n${value}\r\n`));
  parts.push(part("file", `; filename="file-${index}"\r\nContent-Type: image/jpeg\r\n\r\n`));
  const head = Buffer.from(parts.join(""));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const headers = {
    "Content-Type": `multipart/form-data; boundary=${boundary}`,
    "Content-Length": head.length + bytes + tail.length,
  };
  const body = function* () {
    yield head;
    yield* content(bytes);
    yield tail;
  };
  await exchange(url, "POST", headers, 204, Readable.from(body()));
}

function get(url: string): Promise<void> {
  return exchange(url, "GET", {}, 200, Readable.from([]));
}

function exchange(
  url: string,
  method: string,
  headers: Record<string, string | number>,
  status: number,
  body: Readable,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (response) => {
      if (response.statusCode !== status) reject(new Error(`${method} was answered ${response.statusCode}.`));
      response.resume().once("end", resolve).once("error", reject);
    });
    outgoing.once("error", reject);
    pipeline(body, outgoing).catch(reject);
  });
}

/** What a plain stream does to keep bytes: both digests that an object has, and a sync. */
async function write(path: string, bytes: number): Promise<void> {
  const [sha256, md5] = [createHash("sha256"), createHash("md5")];
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sha256.update(chunk);
      md5.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(content(bytes)), digest, createWriteStream(path));
  sha256.digest();
  md5.digest();
  const file = await open(path, "r+");
  await file.sync().finally(() => file.close());
}
