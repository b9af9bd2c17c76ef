import type { LifecycleRule, ObjectRecord } from "../index/records";
import type { Store } from "../index/store";
import { removeBlobs } from "../index/store-object";
import { dayMs } from "./lifecycle-rules";
import { listKeys } from "./list";

const everyMs = 60 * 60 * 1000;

/** How much is looked at before other requests get their turn. */
const batch = 100;

export interface LifecycleReport {
  expired: number;
  aborted: number;
}

/** Carries out the lifecycle rules now and every hour. What is returned ends that. */
export function startLifecycles(store: Store): () => Promise<void> {
  let running = Promise.resolve();
  const run = () => {
    running = running
      .then(() => carryOutLifecycles(store))
      .then(
        ({ expired, aborted }) => {
          if (expired + aborted > 0) store.log({ message: "lifecycle rules carried out", expired, aborted });
        },
        (error: unknown) => store.report("the lifecycle rules could not be carried out", error),
      );
  };
  run();
  const timer = setInterval(run, everyMs);
  return () => {
    clearInterval(timer);
    return running;
  };
}

/** Carries out the lifecycle rules of all buckets: expires objects, ends uploads that were abandoned. */
export async function carryOutLifecycles(store: Store): Promise<LifecycleReport> {
  const report = { expired: 0, aborted: 0 };
  for (const { name, settings } of store.index.buckets()) {
    for (const rule of settings.lifecycle ?? []) {
      if (!rule.enabled) continue;
      if (rule.expireAfterDays !== undefined || rule.expireFrom !== undefined) {
        report.expired += await expireObjects(store, name, rule);
      }
      if (rule.abortAfterDays !== undefined) {
        report.aborted += await abortUploads(store, name, rule, rule.abortAfterDays);
      }
    }
  }
  return report;
}

async function expireObjects(store: Store, bucket: string, rule: LifecycleRule): Promise<number> {
  let expired = 0;
  const stays = (object: ObjectRecord) => !isExpired(rule, object, store.now());
  for (let from: Buffer | undefined = Buffer.alloc(0); from; ) {
    const page = listKeys(store.index, bucket, { prefix: rule.prefix, delimiter: "", maxKeys: batch, from });
    const due = page.contents.filter((object) => !stays(object)).map(({ key }) => key.toString());
    if (due.length > 0) {
      // Looked at again in the write: what was replaced meanwhile is young.
      await removeBlobs(store, await store.index.deleteObjects(bucket, due, stays));
      expired += due.length;
    }
    from = page.next;
    await othersFirst();
  }
  return expired;
}

function isExpired(rule: LifecycleRule, { modifiedAt, size, tags }: ObjectRecord, now: Date): boolean {
  const dueAt =
    rule.expireAfterDays === undefined ? (rule.expireFrom ?? 0) : dueTime(modifiedAt, rule.expireAfterDays);
  return (
    now.getTime() >= dueAt &&
    size > (rule.largerThan ?? -1) &&
    size < (rule.smallerThan ?? Number.POSITIVE_INFINITY) &&
    rule.tags.every((wanted) => tags.some(({ key, value }) => key === wanted.key && value === wanted.value))
  );
}

async function abortUploads(
  store: Store,
  bucket: string,
  rule: LifecycleRule,
  days: number,
): Promise<number> {
  let aborted = 0;
  let marker: { key: string; id: string | undefined } = { key: "", id: undefined };
  for (;;) {
    const page = store.uploads.list(bucket, marker, batch);
    for (const upload of page) {
      const due = store.now().getTime() >= dueTime(upload.startedAt, days);
      if (!due || !upload.key.startsWith(rule.prefix)) continue;
      await removeBlobs(store, await store.uploads.end(upload.id));
      aborted += 1;
    }
    const last = page.at(-1);
    if (!last || page.length < batch) return aborted;
    marker = last;
    await othersFirst();
  }
}

/** S3 counts whole days, and to the midnight after them. */
function dueTime(since: number, days: number): number {
  return Math.ceil((since + days * dayMs) / dayMs) * dayMs;
}

function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
