import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setEnv } from "@/lib/env";
import { askProcess, DecoderFailure } from "./ask";
import { bounds } from "./decoder";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-test-ask-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a decoder that is this program answers. */
async function answerOf(program: string, within = bounds) {
  const file = path.join(folder, "program.mjs");
  await writeFile(file, program);
  return askProcess(file, { task: "versions", ...within });
}

test("a decoder that dies is a crash, with its last words", async () => {
  const dying = 'process.once("message", () => { console.error("out of luck"); process.abort(); });';
  const error: Error = await answerOf(dying).catch((reason) => reason);
  expect(error).toBeInstanceOf(DecoderFailure);
  expect(error).toMatchObject({ reason: "crash", message: expect.stringContaining("out of luck") });
  await expect(answerOf("process.exit(0);")).rejects.toMatchObject({ reason: "crash" });
});

test("a decoder that is busy for ever is ended", async () => {
  const busy = 'process.once("message", () => { for (;;); });';
  await expect(answerOf(busy, { ...bounds, maxMilliseconds: 300 })).rejects.toMatchObject({ reason: "time" });
});

test("a decoder is told no secret", async () => {
  setEnv({ AUTH_SECRET: "a secret of at least thirty-two letters", AWS_SECRET_ACCESS_KEY: "another" });
  const telling =
    'process.once("message", () => process.send({ status: "refused", reason: JSON.stringify(process.env) }));';
  const answer = await answerOf(telling);
  expect(answer).toMatchObject({ status: "refused", reason: expect.stringContaining("PATH") });
  expect(JSON.stringify(answer)).not.toMatch(/secret|another/i);
});

test("a program that was not brought along is no picture's fault", async () => {
  const gone = askProcess(path.join(folder, "gone.mjs"), { task: "versions", ...bounds });
  await expect(gone).rejects.not.toBeInstanceOf(DecoderFailure);
});
