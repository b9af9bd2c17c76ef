import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { projectDir } from "@/lib/commands/program";
import { childEnv } from "@/lib/env";
import { storedObjects } from "@/lib/testing/image-rows";
import { copyProject } from "@/lib/testing/project-copy";
import { median, ratioLine } from "./figures";

const pictures = 200;
const rounds = 6;
const requestsPerRound = 150;
const atOnce = 4;

/** Requests per second of the gallery page, with signed and with unsigned URLs, in turn. */
export async function benchGalleryPage(): Promise<void> {
  const copy = copyProject();
  unsign(copy.folder);
  const signed = await startServer(projectDir);
  const unsigned = await startServer(copy.folder);
  try {
    const rates: { signed: number[]; unsigned: number[] } = { signed: [], unsigned: [] };
    await Promise.all([measure(signed), measure(unsigned)]);
    for (let round = 0; round < rounds; round += 1) {
      rates.signed.push(await measure(signed));
      rates.unsigned.push(await measure(unsigned));
    }
    const page = await get(signed);
    console.log(
      `gallery page of ${pictures} pictures: ${median(rates.signed).toFixed(0)} requests/s signed, ` +
        `${median(rates.unsigned).toFixed(0)} unsigned; ${kB(page)} kB of HTML, ${kB(gzipSync(page))} kB compressed`,
    );
    const ratios = rates.signed.map((rate, index) => rate / (rates.unsigned[index] ?? Number.NaN));
    console.log(ratioLine("signed to unsigned", median(ratios), "at least 0.75"));
  } finally {
    await Promise.all([signed.stop(), unsigned.stop()]);
    copy.remove();
  }
}

const kB = (bytes: Buffer): number => Math.round(bytes.length / 1000);

/** The same Pail, but for a signer that does not sign. */
function unsign(folder: string): void {
  const file = path.join(folder, "lib/storage/signed-url.ts");
  const source = fs.readFileSync(file, "utf8");
  const start = source.indexOf("export async function signGetUrl");
  const end = source.indexOf("\n}\n", start) + 3;
  if (start < 0 || end < 3) throw new Error("signGetUrl is not where the bench looks for it");
  const plain = `export async function signGetUrl(bucket: BucketClient, key: string, _options: UrlOptions): Promise<string> {
  return bucket.publicUrl + "/" + key;
}
`;
  fs.writeFileSync(file, source.slice(0, start) + plain + source.slice(end));
}

interface BenchServer {
  port: number;
  token: string;
  stop(): Promise<void>;
}

async function startServer(dir: string): Promise<BenchServer> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-"));
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", "--import", "tsx", "lib/cli.ts", "start", "--json"],
    {
      cwd: dir,
      env: childEnv({ DATA_DIR: dataDir, PORT: "0", S3_PORT: "0" }),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { port } = await startedBy(child);
  const token = fill(path.join(dataDir, "pail.sqlite"));
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    fs.rmSync(dataDir, { recursive: true, force: true });
  };
  return { port, token, stop };
}

function startedBy(child: ChildProcess): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += String(chunk);
      const line = /^\{.*\}$/m.exec(output);
      if (line !== null) resolve(JSON.parse(line[0]));
    });
    child.once("exit", (code) => reject(new Error(`Pail ended with code ${code}`)));
  });
}

/** Somebody who is signed in and has the pictures. */
function fill(file: string): string {
  const db = new Database(file);
  const now = Date.now();
  db.prepare(
    "insert into users (id, name, email, email_verified, created_at, updated_at) values ('u', 'U', 'u@e.org', 1, ?, ?)",
  ).run(now, now);
  db.prepare(
    "insert into sessions (id, user_id, token, expires_at, created_at, updated_at) values ('s', 'u', 'bench', ?, ?, ?)",
  ).run(now + 1e8, now, now);
  const insert =
    db.prepare(`insert into images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes,
    sha256, width, height, captured_at, thumbhash, created_at) values (?, 'u', ?, ?, 'n.jpg', ?, 'image/jpeg', 1, 1, ?, 4000,
    3000, ?, '1QcSHQRnh493V4dIh4eXh1h4kJUI', ?)`);
  for (let n = 0; n < pictures; n += 1) {
    const id = crypto.randomUUID();
    const { keys, variantTypes } = storedObjects(id);
    insert.run(
      id,
      JSON.stringify(keys),
      JSON.stringify(variantTypes),
      `IMG_${n}`,
      `${n}`,
      now - n * 3_600_000,
      now,
    );
  }
  db.close();
  return "bench";
}

/** Requests per second. */
async function measure(server: BenchServer): Promise<number> {
  const began = performance.now();
  let left = requestsPerRound;
  const work = async () => {
    while (left-- > 0) await get(server);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (1000 * requestsPerRound) / (performance.now() - began);
}

const agent = new http.Agent({ keepAlive: true });

function get({ port, token }: BenchServer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(
        { host: "127.0.0.1", port, agent, headers: { host: `localhost:${port}`, cookie: `pail=${token}` } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            if (response.statusCode === 200) resolve(Buffer.concat(chunks));
            else reject(new Error(`the gallery answered ${response.statusCode}`));
          });
        },
      )
      .on("error", reject);
  });
}
