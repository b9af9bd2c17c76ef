import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { Authenticator, type Credentials } from "./auth";
import { BlobRegistry } from "./blob-registry";
import { BlobStore } from "./blob-store";
import type { Store } from "./call";
import { holdContinue } from "./continue";
import { answerRequest, refuseConnection } from "./exchange";
import { IndexDatabase } from "./index-database";
import { carryOutLifecycles, type LifecycleReport, startLifecycles } from "./lifecycle";
import { ObjectIndex } from "./object-index";
import { recover } from "./recover";
import { UploadIndex } from "./upload-index";

export interface LocalBucketOptions {
  /** A folder that the server may use alone. */
  dataDir: string;
  /** Default: 127.0.0.1. */
  host?: string;
  /** 0 or nothing: any free port. */
  port?: number;
  region: string;
  /** Requests to `<bucket>.<domain>` are for that bucket (virtual-hosted style). Default: localhost. */
  domain?: string;
  credentials: Credentials;
  /** Takes one record per request; it never holds a query string or a signature. */
  log?: (line: Record<string, unknown>) => void;
  now?: () => Date;
}

export interface LocalBucket {
  url: string;
  port: number;
  /** Lets running requests finish for a few seconds, then ends. */
  close(): Promise<void>;
  /** Carries out the lifecycle rules now, as is done every hour. */
  carryOutLifecycles(): Promise<LifecycleReport>;
  stats(): { requests: number; bytesIn: number; bytesOut: number };
}

const headersTimeoutMs = 20_000;
/** A slow line may need long for a big object, but it must keep moving: idleTimeoutMs. */
const requestTimeoutMs = 6 * 60 * 60_000;
const idleTimeoutMs = 60_000;
const closeGraceMs = 5_000;

/** Starts the S3 server. Rejects with Node's own error when the port is taken. */
export async function startLocalBucket(options: LocalBucketOptions): Promise<LocalBucket> {
  const { host = "127.0.0.1", port = 0, region, credentials, log = () => undefined } = options;
  const now = options.now ?? (() => new Date());
  const dataDir = resolve(options.dataDir);
  const stats = { requests: 0, bytesIn: 0, bytesOut: 0 };
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: headersTimeoutMs });
  server.timeout = idleTimeoutMs;
  server.keepAliveTimeout = idleTimeoutMs;
  /** Whoever asks before the folder is open waits for it. */
  const early: [IncomingMessage, ServerResponse][] = [];
  server.on("request", (...exchange) => early.push(exchange));
  // The port first: where it is taken, another server may be at work in the folder.
  await listen(server, port, host);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const db = new IndexDatabase(dataDir);
    const index = new ObjectIndex(db);
    const store: Store = {
      index,
      uploads: new UploadIndex(db, index),
      registry: new BlobRegistry(db),
      blobs: await BlobStore.open(dataDir),
      authenticator: new Authenticator(credentials, region, now),
      region,
      domain: options.domain ?? "localhost",
      now,
      log: (record) => log({ level: "info", ...record }),
      report: (what, error) => log({ level: "error", message: what, error: String(error) }),
    };
    await recover(store);
    const stopLifecycles = startLifecycles(store);
    server.removeAllListeners("request").on("request", (http, response) => {
      answerRequest(store, http, response, (record) => {
        stats.requests += 1;
        stats.bytesIn += record.bytesIn;
        stats.bytesOut += record.bytesOut;
        log({ ...record });
      });
    });
    holdContinue(server);
    server.on("clientError", refuseConnection);
    for (const [http, response] of early) server.emit("request", http, response);
    const { port: actualPort } = server.address() as AddressInfo;
    const name = host.includes(":") ? `[${host}]` : host;
    return {
      url: `http://${name}:${actualPort}`,
      port: actualPort,
      carryOutLifecycles: () => carryOutLifecycles(store),
      stats: () => ({ ...stats }),
      close: async () => {
        await closeServer(server);
        await stopLifecycles();
        db.close();
      },
    };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolveListening, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolveListening();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolveClosed, reject) => {
    const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs);
    server.close((error) => {
      clearTimeout(cut);
      if (error) reject(error);
      else resolveClosed();
    });
    server.closeIdleConnections();
  });
}
