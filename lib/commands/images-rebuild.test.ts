import { once } from "node:events";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import { journal } from "@/lib/storage/locations";
import { launch, newFolder, run } from "@/lib/testing/command-line";
import { keepPicture, keptByPeople } from "@/lib/testing/keep-picture";
import { startStoreDouble } from "@/lib/testing/store-double";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let double: Awaited<ReturnType<typeof startStoreDouble>>;
let ann: Viewer;
let onHead = () => {};
beforeAll(async () => {
  pail = await startTestPail();
  ann = await addViewer("Ann");
  for (let n = 0; n < 20; n += 1) await keepPicture(ann, `호수 ${n}.jpg`);
  double = await startStoreDouble(env().bucket.endpoint ?? "", (request, _response, pass) => {
    if (request.method === "HEAD" && request.url?.includes("/original.")) onHead();
    pass();
  });
});
afterEach(() => {
  onHead = () => {};
});
afterAll(async () => {
  await double.close();
  await pail.stop();
});

const variables = (folder: string) => ({
  DATA_DIR: folder,
  S3_BUCKET: env().bucket.name,
  S3_ENDPOINT: double.url,
  AWS_ACCESS_KEY_ID: env().bucket.credentials?.accessKeyId ?? "",
  AWS_SECRET_ACCESS_KEY: env().bucket.credentials?.secretAccessKey ?? "",
});

/** What a command has made of the database of a folder. */
async function keptIn(folder: string) {
  const own = database();
  setDatabase(openDatabase(`file:${path.join(folder, "pail.sqlite")}`));
  const kept = await keptByPeople().finally(() => database().close());
  setDatabase(own);
  return kept;
}

test("killed it goes on, and an account is claimed by an admin's word", { timeout: 120_000 }, async () => {
  const before = await keptByPeople();
  const folder = newFolder();
  const child = launch(["images", "rebuild"], variables(folder));
  let left = 9;
  onHead = () => {
    left -= 1;
    if (left === 0) child.kill("SIGKILL");
  };
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  onHead = () => {};
  const done = await run(["images", "rebuild"], variables(folder));
  expect(done).toMatchObject({ code: 0, err: "" });
  expect(done.out).toContain("has 20 pictures");
  expect(done.out).toContain(`${ann.id}@unknown.invalid`);
  expect((await keptIn(folder)).images).toEqual(before.images);

  const claim = ["set-password", "--email", ann.email, "--account", ann.id];
  expect(await run(claim, variables(folder), "correct horse battery 1")).toEqual({
    code: 0,
    err: "",
    out: `${ann.email} can sign in with this password.\n`,
  });
  expect((await keptIn(folder)).users).toMatchObject([{ id: ann.id, email: ann.email, role: "user" }]);
});

test("of the bucket of another Pail it says so in one sentence, and changes nothing", {
  timeout: 120_000,
}, async () => {
  const text = JSON.stringify({ format: 1, installation: "another" });
  await journal().save("pail.json", text, { type: "application/json", overwrite: true });
  const folder = newFolder();
  const sentence =
    "This bucket belongs to another Pail than this database: check S3_BUCKET and DATABASE_URL. Nothing was changed.\n";
  const own = database();
  setDatabase(openDatabase(`file:${path.join(folder, "pail.sqlite")}`));
  await migrate(database());
  await database().orm.run("insert into installation values (1, 'this one')");
  database().close();
  setDatabase(own);
  for (const command of [
    ["images", "rebuild"],
    ["uploads", "reconcile", "--repair", "--force"],
  ])
    expect(await run(command, variables(folder))).toEqual({ code: 1, out: "", err: sentence });
  expect((await keptIn(folder)).images).toEqual([]);
});
