import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import Database from "better-sqlite3";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { emptyAndDelete } from "@/lib/testing/other-store";
import { Balancer } from "./balancer";
import { commandLine, PailProcess } from "./pail-process";
import { Wire } from "./wire";

const projectDir = path.resolve(import.meta.dirname, "..", "..");

export interface TestUser {
  id: string;
  /** what the session cookie holds */
  token: string;
}

interface Options {
  /** under which browsers know it */
  hostname?: string;
  /** where its code is */
  folder?: string;
  /** where each instance has its code, of several behind one nginx on one libSQL over HTTP; needs a bucket that is not Pail's own */
  instances?: string[];
  /** a .tgz of a data folder that it starts with */
  data?: string;
  env?: Record<string, string>;
  /** whether its bucket is left to its store, which goes after it */
  leavesBucket?: boolean;
}

/** What came of a command. */
interface Ended {
  exitCode: number;
  out: string;
  err: string;
}

/** How long all instances run before one of them is ended and started again. */
const turnAfterMs = 15_000;

/**
 * A real Pail on free ports with a folder of its own, started as `npm start` starts it; browsers reach it over two wires. Its
 * bucket is the local one, or one of its own in the store that S3_CONTRACT_ENDPOINT names. It is two instances, one of which is
 * ended and started again now and then, where PAIL_OTHER_BUILD names the folder of a second build: see `npm run test:instances`.
 */
export class PailServer {
  readonly appWire = new Wire();
  readonly bucketWire = new Wire();
  origin = "";
  bucketOrigin = "";
  dataDir = "";
  setupUrl: string | null = null;
  /** what it printed */
  output = "";
  private bucketPort = 0;
  private readonly otherBucket = bucketOfItsOwn();
  private processes: PailProcess[] = [];
  private balancer: Balancer | null = null;
  private libsql: LibsqlDouble | null = null;
  private readonly authSecret = randomBytes(32).toString("hex");
  private turns: { stop: AbortController; over: Promise<void> } | null = null;

  private constructor(private options: Options) {}

  static async start(options: Options = {}): Promise<PailServer> {
    const pail = await PailServer.prepare(options);
    if (pail.otherBucket !== null) await pail.manage("bucket", "setup");
    await pail.run();
    return pail;
  }

  /** One that has its folder and its addresses; in another store its bucket is not set up, and it does not run. */
  static async prepare(options: Options = {}): Promise<PailServer> {
    const pail = new PailServer(options);
    const hostname = options.hostname ?? "localhost";
    pail.dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-e2e-"));
    if (options.data !== undefined)
      await promisify(execFile)("tar", ["-xzf", options.data, "-C", pail.dataDir, "--strip-components=1"]);
    pail.origin = `http://${hostname}:${await pail.appWire.open()}`;
    pail.bucketOrigin = `http://${hostname}:${await pail.bucketWire.open()}`;
    if (pail.folders.length > 1)
      pail.libsql = await startLibsqlDouble({ file: path.join(pail.dataDir, "pail.sqlite") });
    if (pail.otherBucket !== null) pail.leadToBucket(Number(new URL(pail.otherBucket.S3_ENDPOINT).port));
    return pail;
  }

  /** Starts the process; after `kill`, again on the same data. */
  async run(): Promise<void> {
    this.output = "";
    this.processes = [];
    for (const folder of this.folders) this.processes.push(await this.startIn(folder));
    const [first] = this.processes;
    if (first === undefined) throw new Error("it has no folder");
    const { port, bucketPort, setupUrl } = first.started;
    this.setupUrl = setupUrl;
    if (bucketPort !== null) this.leadToBucket(bucketPort);
    if (this.processes.length === 1) return this.appWire.leadTo(port);
    if (this.balancer === null) this.balancer = await Balancer.start(this.ports);
    else await this.balancer.leadTo(this.ports);
    this.appWire.leadTo(this.balancer.port);
    if (this.options.instances === undefined) this.startTurns();
  }

  /** Where the code of the next `run` is: another build of Pail on the same data. */
  moveTo(folder: string): void {
    this.options = { ...this.options, folder };
  }

  /** Of several instances, ends this one; the others go on. */
  async killInstance(index: number, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await this.processes[index]?.kill(signal);
  }

  /** Of several instances, starts this one again; it gets requests once it has started. */
  async runInstance(index: number): Promise<void> {
    this.processes[index] = await this.startIn(this.folders[index] ?? this.folder);
    await this.balancer?.leadTo(this.ports);
  }

  /** Of each instance: where it is asked itself, without the balancer. */
  get instanceOrigins(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  private get ports(): number[] {
    return this.processes.map(({ started }) => started.port);
  }

  private startIn(folder: string): Promise<PailProcess> {
    return PailProcess.start(folder, this.env, (text) => {
      this.output += text;
    });
  }

  private startTurns(): void {
    const stop = new AbortController();
    this.turns = { stop, over: this.takeTurns(stop.signal) };
  }

  private async takeTurns(signal: AbortSignal): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      try {
        await sleep(turnAfterMs, null, { signal });
      } catch {
        return;
      }
      const index = turn % this.processes.length;
      await this.killInstance(index, "SIGTERM");
      await this.runUnlessEnded(index, signal);
    }
  }

  /** Behind a wire that a test holds none can start: it finds the bucket unfit. As a host does, it is started until it goes. */
  private async runUnlessEnded(index: number, signal: AbortSignal): Promise<void> {
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return await this.runInstance(index);
      } catch (error) {
        if (tries === 20) throw error;
      }
    }
  }

  private leadToBucket(port: number): void {
    this.bucketPort = port;
    this.bucketWire.leadTo(port);
  }

  /** Runs a command of `npm run manage` on the same data, and returns what it answers with --json. */
  async manage<T>(...args: string[]): Promise<T> {
    const { exitCode, out, err } = await this.command(...args, "--json");
    if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with code ${exitCode}: ${err || out}`);
    return JSON.parse(out);
  }

  /** Runs a command of `npm run manage` on the same data to its end, whatever that is. */
  command(...args: string[]): Promise<Ended> {
    const settings = { cwd: this.folder, env: this.env };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [...commandLine, ...args], settings, (_error, out, err) => {
        resolve({ exitCode: child.exitCode ?? 1, out, err });
      });
    });
  }

  /** where its code is */
  get folder(): string {
    return this.options.folder ?? projectDir;
  }

  /** of the server; the local bucket has a process of its own */
  get pid(): number {
    return this.processes[0]?.pid ?? 0;
  }

  /** of each instance */
  private get folders(): string[] {
    const { instances, folder, data } = this.options;
    if (instances !== undefined) return instances;
    const otherBuild = folder === undefined && data === undefined ? process.env.PAIL_OTHER_BUILD : undefined;
    return [this.folder, ...(otherBuild === undefined ? [] : [otherBuild])];
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      NODE_OPTIONS: "",
      DATA_DIR: this.dataDir,
      PORT: "0",
      S3_PORT: String(this.bucketPort),
      APP_ORIGIN: this.origin,
      S3_PUBLIC_ENDPOINT: this.bucketOrigin,
      ...this.otherBucket,
      ...(this.libsql !== null && {
        DATABASE_URL: this.libsql.url,
        AUTH_SECRET: this.authSecret,
        TRUST_PROXY: "1",
      }),
      ...this.options.env,
    };
  }

  /** The bucket, as its owner sees it. */
  async bucket(): Promise<{ s3: S3Client; name: string }> {
    const other = this.otherBucket;
    const credentials =
      other === null
        ? JSON.parse(await readFile(path.join(this.dataDir, "secrets.json"), "utf8")).bucketCredentials
        : { accessKeyId: other.AWS_ACCESS_KEY_ID, secretAccessKey: other.AWS_SECRET_ACCESS_KEY };
    const region = other?.S3_REGION ?? "us-east-1";
    const endpoint = `http://127.0.0.1:${this.bucketPort}`;
    return {
      s3: new S3Client({ region, endpoint, forcePathStyle: true, credentials }),
      name: other?.S3_BUCKET ?? "pail",
    };
  }

  async kill(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.turns?.stop.abort();
    await this.turns?.over;
    await Promise.all(this.processes.map((one) => one.kill(signal)));
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.balancer?.stop();
    await this.libsql?.close();
    await Promise.all([this.appWire.close(), this.bucketWire.close()]);
    if (this.otherBucket !== null && !this.options.leavesBucket) {
      const { s3, name } = await this.bucket();
      await emptyAndDelete(s3, name);
      s3.destroy();
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Runs a query on Pail's own database. */
  query<T>(sql: string, ...values: unknown[]): T[] {
    const db = new Database(path.join(this.dataDir, "pail.sqlite"));
    try {
      const statement = db.prepare(sql);
      if (statement.reader) return statement.all(...values) as T[];
      statement.run(...values);
      return [];
    } finally {
      db.close();
    }
  }

  /** A user who is signed in: the rows that signing in makes. */
  addUser(): TestUser {
    const id = crypto.randomUUID();
    const token = randomBytes(24).toString("base64url");
    const now = Date.now();
    this.query(
      "insert into users (id, name, email, email_verified, created_at, updated_at) values (?, 'Test', ?, 1, ?, ?)",
      ...[id, `${id}@example.org`, now, now],
    );
    this.query(
      "insert into sessions (id, user_id, token, expires_at, created_at, updated_at) values (?, ?, ?, ?, ?, ?)",
      ...[crypto.randomUUID(), id, storedToken(token), now + 3_600_000, now, now],
    );
    return { id, token };
  }

  /** Pictures of this user as the one they have, each half a day older than the one before. Returns their ids. */
  copyImage(ownerId: string, count: number): string[] {
    const [row] = this.query<Record<string, unknown>>("select * from images where owner_id = ?", ownerId);
    return Array.from({ length: count }, (_, n) => {
      const id = crypto.randomUUID();
      const changes = { id, title: `n ${n}`, sha256: `${n}`, captured_at: Date.now() - n * 40_000_000 };
      const copy = { ...row, ...changes };
      const names = Object.keys(copy);
      this.query(
        `insert into images (${names.join()}) values (${names.map(() => "?").join()})`,
        ...Object.values(copy),
      );
      return id;
    });
  }

  /**
   * The rows that an album makes; its pictures stand in this order by hand. Returns its id.
   *
   * @param imageIds all that its owner has, unless told
   */
  addAlbum(
    ownerId: string,
    name: string,
    imageIds?: string[],
    { id = crypto.randomUUID() as string, sorting = "newest", createdAt = Date.now() } = {},
  ): string {
    this.query(
      "insert into albums (id, owner_id, name, sorting, created_at) values (?, ?, ?, ?, ?)",
      ...[id, ownerId, name, sorting, createdAt],
    );
    const all = () => this.query<{ id: string }>("select id from images where owner_id = ?", ownerId);
    this.query(
      "insert into album_images (album_id, image_id, position) select ?, value, key + 1 from json_each(?)",
      ...[id, JSON.stringify(imageIds ?? all().map((image) => image.id))],
    );
    return id;
  }
}

/** What signing in keeps of a session's token. */
const storedToken = (token: string): string =>
  `sha256:${createHash("sha256").update(token).digest("base64")}`;

/** The variables for a bucket in the store that the environment names; null where it names none. */
function bucketOfItsOwn() {
  const { S3_CONTRACT_ENDPOINT, S3_CONTRACT_REGION, S3_CONTRACT_ACCESS_KEY, S3_CONTRACT_SECRET_KEY } =
    process.env;
  if (S3_CONTRACT_ENDPOINT === undefined) return null;
  return {
    S3_BUCKET: `pail-e2e-${randomBytes(5).toString("hex")}`,
    S3_ENDPOINT: S3_CONTRACT_ENDPOINT,
    S3_REGION: S3_CONTRACT_REGION ?? "us-east-1",
    AWS_ACCESS_KEY_ID: S3_CONTRACT_ACCESS_KEY ?? "",
    AWS_SECRET_ACCESS_KEY: S3_CONTRACT_SECRET_KEY ?? "",
  };
}
