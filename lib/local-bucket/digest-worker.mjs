// Plain JavaScript, because a worker thread is started without the loader that reads TypeScript.
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";

/** @type {Map<number, { md5: import("node:crypto").Hash, sha256: import("node:crypto").Hash }>} */
const jobs = new Map();

parentPort?.on("message", (/** @type {{ job: number, bytes?: Uint8Array, drop?: true }} */ message) => {
  const { job, bytes, drop } = message;
  if (drop) {
    jobs.delete(job);
    return;
  }
  const hashes = jobs.get(job) ?? { md5: createHash("md5"), sha256: createHash("sha256") };
  if (bytes) {
    hashes.md5.update(bytes);
    hashes.sha256.update(bytes);
    jobs.set(job, hashes);
    parentPort?.postMessage(undefined);
  } else {
    jobs.delete(job);
    parentPort?.postMessage({ md5: hashes.md5.digest(), sha256: hashes.sha256.digest() });
  }
});
