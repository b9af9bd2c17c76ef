import fs from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { findSetupUrl } from "@/lib/accounts/users";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env, setEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { makePrivateFolder } from "@/lib/private-files";
import { bucketOrigin } from "@/lib/storage/bucket-address";
import { bucketClient } from "@/lib/storage/bucket-client";
import { examineAddresses } from "@/lib/storage/doctor/addresses";
import { isFatal } from "@/lib/storage/doctor/finding";
import { requireWholeBucket } from "@/lib/storage/half-copied";
import { setUpBucket } from "@/lib/storage/setup/set-up";
import { runDueJobs } from "@/lib/upkeep/jobs";
import { endServing, sayServing } from "@/lib/upkeep/serving";
import { type BucketProcess, startBucketProcess } from "./bucket-process";
import { buildIfStale, isFresh, staticDir } from "./build";
import type { Command } from "./command";
import { refuseUnfitBucket } from "./fit-bucket";
import { isPacked, projectDir } from "./program";
import { compressedAssets } from "./serving/compressed-assets";
import { boundConnections } from "./serving/connections";
import { sendConsoleToLog } from "./serving/console";
import { frontOf } from "./serving/front";

const lookForJobsEveryMs = 60 * 1000;
const stopWithinMs = 10_000;

export const startCommand: Command = {
  options: { dev: { type: "boolean" } },
  async run({ dev, json }) {
    const started = await start(dev === true);
    process.stdout.write(json === true ? `${JSON.stringify(started)}\n` : linesOf(started));
    return undefined;
  },
};

interface Started {
  origin: string;
  port: number;
  /** null where the bucket is not ours */
  bucketPort: number | null;
  /** null once there is an account */
  setupUrl: string | null;
}

function linesOf({ origin, setupUrl }: Started): string {
  return `Pail is at ${origin}\n${setupUrl === null ? "" : `Make the first account: ${setupUrl}\n`}`;
}

async function start(dev: boolean): Promise<Started> {
  setEnv({ NODE_ENV: dev ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
  requireWritable(env().dataDir);
  if (env().bucket.local !== null) refuseUnreachableBucket();
  let serve: RequestListener = (_request, response) => {
    response.writeHead(503, { "retry-after": "1", "content-type": "text/plain" }).end("Pail is starting.\n");
  };
  const server = createServer({ connectionsCheckingInterval: 1000 }, (request, response) =>
    serve(request, response),
  );
  boundConnections(server);
  // The port first: whoever has to choose another should not wait for a build.
  setEnv({ PORT: String(await listen(server, env().port, env().host)) });
  if (!dev) sendConsoleToLog();
  // They take their time, and need nothing of what comes between.
  const loaded = !dev && isFresh() ? loadPages() : null;
  // Why they could not be loaded is said where they are waited for; meanwhile it is no unhandled rejection.
  loaded?.catch(() => undefined);
  const bucket = env().bucket.local === null ? null : await startBucketProcess();
  stopOnSignal(server, bucket);
  if (bucket !== null) setEnv({ S3_PORT: String(bucket.port) });
  await migrate(database());
  await sayServing();
  if (bucket !== null) {
    await setUpBucket(bucketClient(), { ...env(), origins: [env().appOrigin] });
    await requireWholeBucket(bucketClient(), env().locations);
  } else if (!dev) await refuseUnfitBucket(say);
  if (!dev && loaded === null) await buildIfStale(say);
  serve = frontOf(await (loaded ?? loadPages(dev ? server : null)));
  setInterval(() => void lookForJobs(), lookForJobsEveryMs).unref();
  const { appOrigin: origin, port } = env();
  return { origin, port, bucketPort: bucket?.port ?? null, setupUrl: await findSetupUrl() };
}

// Standard output belongs to the answer, and the console by then to the log.
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** @param development the server whose web sockets tell of changes; null: pages have no web sockets */
async function loadPages(development: Server | null = null): Promise<RequestListener> {
  const { default: next } = await import("next");
  const dev = development !== null;
  // Next leaves those open that ask for a web socket: it listens for them at a server of its own.
  const httpServer = development ?? createServer();
  const { host, port } = env();
  if (isPacked) takeConfigOfBuild();
  const app = next({ dev, dir: projectDir, hostname: host, port, httpServer });
  await app.prepare();
  const handle = app.getRequestHandler();
  const pages: RequestListener = (request, response) => void handle(request, response);
  return dev ? pages : compressedAssets(staticDir, pages);
}

/** As Next's own server of a packed build does: what makes the configuration is not brought along. */
function takeConfigOfBuild(): void {
  const file = path.join(projectDir, ".next", "required-server-files.json");
  const { config } = JSON.parse(fs.readFileSync(file, "utf8"));
  setEnv({ __NEXT_PRIVATE_STANDALONE_CONFIG: JSON.stringify(config) });
}

/** A bucket that is ours is fit, but browsers may have no way to it. */
function refuseUnreachableBucket(): void {
  const fault = examineAddresses({ publicUrl: bucketOrigin() }, env().appOrigin).find(isFatal);
  if (fault === undefined) return;
  const mend =
    "Lead the same proxy to the bucket too, and set S3_PUBLIC_ENDPOINT: see “Behind a proxy” in README.md.";
  throw new AppError("unfit_bucket", `Pail does not start like this. ${fault.what}. ${mend}`);
}

function requireWritable(dataDir: string): void {
  try {
    makePrivateFolder(dataDir);
    const probe = path.join(dataDir, `.probe-${process.pid}`);
    fs.writeFileSync(probe, "");
    fs.rmSync(probe);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AppError(
      "data_dir",
      `Pail cannot write ${dataDir} (${reason}). Choose another folder: DATA_DIR=/some/folder`,
      {
        cause,
      },
    );
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const sentence =
        cause.code === "EADDRINUSE"
          ? `Port ${port} is in use. Stop what uses it, or choose another one: PORT=${port + 1}`
          : `Pail cannot listen on ${host}:${port} (${cause.code}). Choose another HOST or PORT.`;
      reject(new AppError("port", sentence, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function stopOnSignal(server: Server, bucket: BucketProcess | null): void {
  const leave = async () => {
    await leaveDatabase();
    await bucket?.stop();
  };
  const stop = () => {
    setTimeout(() => process.exit(0), stopWithinMs).unref();
    // Whoever keeps a connection, as proxies do, would keep this process by asking on.
    server.prependListener("request", (_request, response: ServerResponse) => {
      response.setHeader("connection", "close");
    });
    server.close(() => {
      void leave().then(() => process.exit(0));
    });
    server.closeIdleConnections();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

async function leaveDatabase(): Promise<void> {
  try {
    await endServing();
  } catch (error) {
    log.warn({ err: error }, "the database was not told that this server ends");
  }
  database().close();
}

async function lookForJobs(): Promise<void> {
  try {
    await runDueJobs();
  } catch (error) {
    log.error({ err: error }, "the database could not say which jobs are due");
  }
}
