import "server-only";
import { type ChildProcess, fork } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bareEnv } from "@/lib/env";
import { log } from "@/lib/log";
import type { Answer, Question } from "./contract";

/** It took too long, held too much, or died: whose fault that was, nobody knows. */
export class DecoderFailure extends Error {
  override readonly name = "DecoderFailure";

  constructor(
    readonly reason: "time" | "memory" | "crash",
    detail: string,
  ) {
    super(`the decoder ended for want of an answer (${reason}) ${detail}`.trim());
  }
}

/**
 * Puts one question to a process of its own, which is gone when the answer is there, or its bounds are reached. Where no process
 * can be started, a thread answers. Throws DecoderFailure.
 */
export async function ask(question: Question): Promise<Answer> {
  try {
    return await askProcess(programFile(), question);
  } catch (error) {
    if (error instanceof DecoderFailure) throw error;
    log.warn({ err: error }, "no process could be started to decode a picture: a thread does it");
    return askThread(question);
  }
}

/** It lies among the sources also where these are packed: next.config.js sees that it comes along. */
const programFile = (): string =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "decoder", "process.mjs");

/** Rejects with another error than DecoderFailure where it could not be started. */
export function askProcess(program: string, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (!fs.existsSync(program)) throw new Error(`${program} was not brought along`);
    const child = fork(program, [], {
      env: bareEnv(),
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const said = lastWords(child);
    let answer: Answer | undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, question.maxMilliseconds);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("message", (message) => {
      answer = message as Answer;
      // It has nothing left to do, whatever its libraries believe.
      child.kill("SIGKILL");
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (answer !== undefined) return resolve(answer);
      const reason = isLate ? "time" : said().includes(outOfMemory) ? "memory" : "crash";
      reject(new DecoderFailure(reason, `${signal ?? code}: ${said()}`));
    });
    // One that died before it was asked is known by its end.
    child.send(question, () => {});
  });
}

/** What the process says before it ends itself. */
const outOfMemory = "out of memory";

function lastWords({ stderr }: ChildProcess): () => string {
  let words = "";
  stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2000);
  });
  return () => words;
}

/**
 * The same program beside the server's own thread: bounded as well, but what kills it kills the server. A bundler packs it for
 * this, and so knows which packages it needs, for the process too.
 */
function askThread(question: Question): Promise<Answer> {
  const { maxMilliseconds, maxMemoryBytes } = question;
  const worker = new Worker(new URL("./process.mjs", import.meta.url), {
    env: {},
    stdout: true,
    stderr: true,
  });
  const before = process.memoryUsage.rss();
  return new Promise<Answer>((resolve, reject) => {
    const fail = (reason: DecoderFailure["reason"], detail = "") =>
      reject(new DecoderFailure(reason, detail));
    const timer = setTimeout(() => fail("time"), maxMilliseconds);
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > maxMemoryBytes) fail("memory");
    }, 50);
    worker.once("message", resolve);
    worker.once("error", (error) => fail("crash", error.message));
    worker.once("exit", (code) => {
      clearTimeout(timer);
      clearInterval(watch);
      fail("crash", String(code));
    });
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}
