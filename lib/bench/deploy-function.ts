import { createHash, randomBytes } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { openDatabase } from "@/lib/db/client";
import { sessions, users } from "@/lib/db/schema";
import { type BuildOutput, readBuildOutput } from "@/lib/testing/vercel/build-output";
import { buildForVercel, checkOut, installCli, run } from "@/lib/testing/vercel/build-with-vercel";
import { prepareFunctions } from "@/lib/testing/vercel/deployment";
import { RunningFunction } from "@/lib/testing/vercel/running-function";
import { type Surroundings, startSurroundings } from "@/lib/testing/vercel/surroundings";
import { median } from "./figures";

const times = 7;
const markMs = 1000;

/** How long whoever comes first waits for the gallery: no process runs yet, of the proxy or of the page. */
export async function benchDeployFunction(): Promise<void> {
  const around = await startSurroundings();
  const checkout = checkOut();
  try {
    const output = await build(around, checkout.folder);
    const cookie = await signIn(around);
    prepareFunctions(around.folder);
    const rounds: Round[] = [];
    for (let n = 0; n < times; n += 1) rounds.push(await comeFirst(output, around, cookie));
    const of = (name: keyof Round) => Math.round(median(rounds.map((round) => round[name])));
    console.log(`function: median of ${times} cold starts, with an empty gallery`);
    console.log(`  the proxy: ${of("proxyMs")} ms`);
    console.log(`  the page: loaded after ${of("loadMs")} ms, there after ${of("pageMs")} ms`);
    console.log(`  both, one after the other: ${of("bothMs")} ms (mark: under ${markMs} ms)`);
    // What others do on this machine at the same time is in the lines above.
    console.log(`  computed for it: ${of("cpuMs")} ms; load of this machine: ${os.loadavg()[0]?.toFixed(1)}`);
  } finally {
    checkout.remove();
    await around.stop();
  }
}

async function build(
  { folder, settings, ofVercel, domain }: Surroundings,
  project: string,
): Promise<BuildOutput> {
  const cli = installCli(path.join(folder, "cli"));
  const setup = ["run", "--silent", "manage", "--", "bucket", "setup"];
  for (const { code, log } of [
    await run("npm", setup, project, { ...settings, APP_ORIGIN: `https://${domain}` }),
    await buildForVercel(cli, project, { ...settings, ...ofVercel }),
  ])
    if (code !== 0) throw new Error(log);
  return readBuildOutput(project);
}

/** The rows that signing in makes. Returns the cookie. */
async function signIn({ settings }: Surroundings): Promise<string> {
  const database = openDatabase(settings.TURSO_DATABASE_URL, settings.TURSO_AUTH_TOKEN);
  const [id, token, now] = [crypto.randomUUID(), randomBytes(24).toString("base64url"), new Date()];
  const times = { createdAt: now, updatedAt: now };
  const stored = `sha256:${createHash("sha256").update(token).digest("base64")}`;
  const expiresAt = new Date(now.getTime() + 3_600_000);
  await database.atomic([
    database.orm
      .insert(users)
      .values({ id, name: "Ada", email: "ada@example.org", emailVerified: true, ...times }),
    database.orm.insert(sessions).values({ id, userId: id, token: stored, expiresAt, ...times }),
  ]);
  database.close();
  return `__Host-pail=${token}`;
}

interface Round {
  proxyMs: number;
  loadMs: number;
  pageMs: number;
  bothMs: number;
  /** of both */
  cpuMs: number;
}

async function comeFirst(
  output: BuildOutput,
  { folder, domain, settings, ofVercel }: Surroundings,
  cookie: string,
): Promise<Round> {
  const headers = { host: domain, cookie, "x-forwarded-proto": "https", "x-forwarded-host": domain };
  const timed = async (place: string, more = {}) => {
    const built = output.functions.find(({ paths }) => paths.includes(place));
    if (built === undefined) throw new Error(`the build has no function at ${place}`);
    const running = new RunningFunction(built, folder, { ...settings, ...ofVercel });
    const call = { method: "GET", url: "/", headers: { ...headers, ...more }, body: Buffer.alloc(0) };
    const { status, body } = await running.call(call);
    const ms = performance.now() - running.startedAt;
    const [loadMs, cpuMs] = [await running.loadMs, running.cpuMs()];
    await running.stop();
    if (status !== 200) throw new Error(`${place} answered ${status}: ${body}\n${running.log}`);
    return { ms, loadMs, cpuMs };
  };
  const proxy = await timed("/_middleware");
  const page = await timed("/index", { "x-matched-path": "/" });
  const [bothMs, cpuMs] = [proxy.ms + page.ms, proxy.cpuMs + page.cpuMs];
  return { proxyMs: proxy.ms, loadMs: page.loadMs, pageMs: page.ms, bothMs, cpuMs };
}
