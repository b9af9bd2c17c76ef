import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { resolve } from "node:path";
import { openStore } from "./index/open-store";
import { carryOutLifecycles, type LifecycleReport, startLifecycles } from "./operations/lifecycle";
import type { S3Service } from "./operations/request-context";
import { refuseConnection } from "./server/client-error";
import { Connections } from "./server/connections";
import { answerRequest } from "./server/http-exchange";
import { defaultLimits, type Limits, maxHeadBytes } from "./server/limits";
import type { RequestRecord } from "./server/request-log";
import { Authenticator, type Credentials } from "./signing/auth";
import { holdContinue } from "./wire/expect-continue";

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
  /** Others than the usual ones, for tests. */
  limits?: Partial<Limits>;
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

/** Starts the S3 server. Rejects with Node's own error when the port is taken. */
export async function startLocalBucket(options: LocalBucketOptions): Promise<LocalBucket> {
  const { host = "127.0.0.1", port = 0, domain = "localhost", region, credentials } = options;
  const log = options.log ?? (() => undefined);
  const now = options.now ?? (() => new Date());
  const dataDir = resolve(options.dataDir);
  const stats = { requests: 0, bytesIn: 0, bytesOut: 0 };
  const limits = { ...defaultLimits, ...options.limits };
  const server = createServer({
    maxHeaderSize: maxHeadBytes,
    headersTimeout: limits.headMs,
    connectionsCheckingInterval: limits.lookMs,
    // A slow line may need hours for a big object; Connections sees that it moves.
    requestTimeout: 0,
  });
  // The port first: where it is taken, another server may be at work in the folder.
  await listen(server, port, host);
  const connections = new Connections(server, limits);
  /** Whoever asks before the folder is open waits for it. */
  const early: [IncomingMessage, ServerResponse][] = [];
  server.on("request", (...exchange) => early.push(exchange));
  try {
    const store = await openStore(dataDir, now, log);
    const authenticator = new Authenticator(credentials, region, now);
    const service: S3Service = { store, endpoint: { region, domain, authenticator } };
    const stopLifecycles = startLifecycles(store);
    const record = (line: RequestRecord) => {
      stats.requests += 1;
      stats.bytesIn += line.bytesIn;
      stats.bytesOut += line.bytesOut;
      log({ ...line });
    };
    const take = (http: IncomingMessage, response: ServerResponse) =>
      connections.take(http, (admit) => answerRequest(service, http, response, admit, record));
    server.removeAllListeners("request").on("request", take);
    holdContinue(server);
    server.on("clientError", (error, socket: Socket) => {
      refuseConnection(error, socket, connections.current(socket), record);
    });
    server.on("error", (error) => store.report("a connection could not be accepted", error));
    for (const [http, response] of early) take(http, response);
    const { port: actualPort } = server.address() as AddressInfo;
    const name = host.includes(":") ? `[${host}]` : host;
    return {
      url: `http://${name}:${actualPort}`,
      port: actualPort,
      carryOutLifecycles: () => carryOutLifecycles(store),
      stats: () => ({ ...stats }),
      close: async () => {
        await connections.close();
        await stopLifecycles();
        store.close();
      },
    };
  } catch (error) {
    await connections.close();
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
