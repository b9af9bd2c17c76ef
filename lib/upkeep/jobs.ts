import "server-only";
import { and, eq, lte } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { jobs } from "@/lib/db/schema";
import { log } from "@/lib/log";
import { observe } from "@/lib/metrics";
import { backUpDaily } from "./backup/backup";
import { mergeJournal, writeChanges } from "./journal/write";
import { reconcile } from "./reconcile";
import { sayServing } from "./serving";
import { sweep } from "./sweep";

interface Job {
  everySeconds: number;
  /** How long the lease holds: after that whoever began it counts as gone, and another may begin. */
  leaseSeconds: number;
  /** When one that failed is due again, where that is not after five minutes. */
  retrySeconds?: number;
  run(): Promise<object>;
}

const retrySeconds = 5 * 60;

const jobsByName: Record<string, Job> = {
  // Less than a minute, so that whoever looks every minute finds it due.
  journal: { everySeconds: 30, leaseSeconds: 2 * 60, run: writeChanges },
  "journal merge": { everySeconds: 60 * 60, leaseSeconds: 2 * 60 * 60, run: () => mergeJournal() },
  sweep: { everySeconds: 5 * 60, leaseSeconds: 30 * 60, run: runSweep },
  reconcile: { everySeconds: 24 * 60 * 60, leaseSeconds: 6 * 60 * 60, run: runReconcile },
  backup: { everySeconds: 24 * 60 * 60, leaseSeconds: 60 * 60, retrySeconds: 60 * 60, run: runBackup },
};

/**
 * Does what is due, each job in one instance at a time. Returns what each job reports, null for one that failed; those that
 * were not due, or that another instance does, are not in it. See "Scheduled jobs" in README.md.
 */
export async function runDueJobs(): Promise<Record<string, object | null>> {
  await sayServing();
  const reports: Record<string, object | null> = {};
  for (const [name, job] of Object.entries(jobsByName)) {
    const leasedUntil = await acquireLease(name, job);
    if (leasedUntil === null) continue;
    const report = await attempt(name, job);
    reports[name] = report;
    const pauseSeconds =
      report === null ? Math.min(job.retrySeconds ?? retrySeconds, job.everySeconds) : job.everySeconds;
    await releaseLease(name, leasedUntil, pauseSeconds);
  }
  return reports;
}

const inSeconds = (seconds: number): Date => new Date(now().getTime() + seconds * 1000);

/** Of several instances one gets it: until when it has the job to itself, or null where it is not due or another has it. */
async function acquireLease(name: string, { leaseSeconds }: Job): Promise<Date | null> {
  const notBefore = inSeconds(leaseSeconds);
  const rows = await database()
    .orm.insert(jobs)
    .values({ name, notBefore })
    .onConflictDoUpdate({ target: jobs.name, set: { notBefore }, setWhere: lte(jobs.notBefore, now()) })
    .returning({ name: jobs.name });
  return rows.length > 0 ? notBefore : null;
}

/** Only a lease that is still ours: after too long a time another instance may have acquired it. */
async function releaseLease(name: string, leasedUntil: Date, pauseSeconds: number): Promise<void> {
  await database()
    .orm.update(jobs)
    .set({ notBefore: inSeconds(pauseSeconds) })
    .where(and(eq(jobs.name, name), eq(jobs.notBefore, leasedUntil)));
}

async function attempt(name: string, { run }: Job): Promise<object | null> {
  try {
    const report = await run();
    observe.job(name, "done");
    return report;
  } catch (error) {
    observe.job(name, "failed");
    log.error({ err: error, job: name }, "a job failed; it is tried again");
    return null;
  }
}

async function runSweep(): Promise<object> {
  const report = await sweep();
  observe.swept(report);
  if (Object.values(report).some((count) => count > 0)) log.info(report, "swept");
  return report;
}

async function runBackup(): Promise<object> {
  const { place, manifest, deleted } = await backUpDaily();
  const report = { place, pictures: manifest.rows.images, deleted };
  log.info(report, "the database was backed up");
  return report;
}

/** It only looks: repairing is for a person, who can see whether the settings are right. */
async function runReconcile(): Promise<object> {
  const { unknown, orphans, lost, incomplete, ...counts } = await reconcile();
  const report = {
    ...counts,
    unknown: unknown.length,
    orphans: orphans.length,
    lost: lost.length,
    incomplete: incomplete.length,
  };
  observe.reconciled(report);
  if (unknown.length + report.news + orphans.length + lost.length + incomplete.length > 0)
    log.warn(report, "the bucket and the database differ: “npm run manage -- uploads reconcile” says where");
  return report;
}
