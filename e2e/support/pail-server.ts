import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { Wire } from "./wire";

const projectDir = path.resolve(import.meta.dirname, "..", "..");

export interface TestUser {
  id: string;
  /** what the session cookie holds */
  token: string;
}

/** A real Pail on free ports with a folder of its own, started as `npm start` starts it; browsers reach it over two wires. */
export class PailServer {
  readonly appWire = new Wire();
  readonly bucketWire = new Wire();
  origin = "";
  bucketOrigin = "";
  dataDir = "";
  setupUrl: string | null = null;
  /** what it printed */
  output = "";
  private child: ChildProcess | undefined;

  static async start(hostname = "localhost", env: Record<string, string> = {}): Promise<PailServer> {
    const pail = new PailServer();
    pail.dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-e2e-"));
    pail.origin = `http://${hostname}:${await pail.appWire.open()}`;
    pail.bucketOrigin = `http://${hostname}:${await pail.bucketWire.open()}`;
    await pail.run(env);
    return pail;
  }

  /** Starts the process; after `kill`, again on the same data. */
  async run(env: Record<string, string> = {}): Promise<void> {
    const child = spawn(
      process.execPath,
      ["--conditions=react-server", "--import", "tsx", "lib/cli.ts", "start", "--json"],
      {
        cwd: projectDir,
        env: {
          ...process.env,
          NODE_OPTIONS: "",
          DATA_DIR: this.dataDir,
          PORT: "0",
          S3_PORT: "0",
          APP_ORIGIN: this.origin,
          S3_PUBLIC_ENDPOINT: this.bucketOrigin,
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.child = child;
    this.output = "";
    const started = await this.startedBy(child);
    this.setupUrl = started.setupUrl;
    this.appWire.leadTo(started.port);
    this.bucketWire.leadTo(started.bucketPort);
  }

  async kill(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await Promise.all([this.appWire.close(), this.bucketWire.close()]);
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

  /** How many objects the local bucket holds under a prefix. */
  countObjects(prefix: string): number {
    const db = new Database(path.join(this.dataDir, "bucket", "index.sqlite"), { readonly: true });
    try {
      const sql = "select count(*) as n from objects where cast(key as text) like ? || '%'";
      return (db.prepare(sql).get(prefix) as { n: number }).n;
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
      ...[crypto.randomUUID(), id, token, now + 3_600_000, now, now],
    );
    return { id, token };
  }

  private startedBy(child: ChildProcess): Promise<Started> {
    return new Promise((resolve, reject) => {
      child.stdout?.on("data", (chunk) => {
        this.output += String(chunk);
        // The log's lines are JSON too.
        const line = /^\{"origin":.*\}$/m.exec(this.output);
        if (line !== null) resolve(JSON.parse(line[0]));
      });
      child.stderr?.on("data", (chunk) => {
        this.output += String(chunk);
      });
      child.once("exit", (code) => reject(new Error(`Pail ended with code ${code}:\n${this.output}`)));
    });
  }
}

/** What `start --json` prints. */
interface Started {
  port: number;
  bucketPort: number;
  setupUrl: string | null;
}
