import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { copyModels, makeModels } from "../support/many-pictures";
import type { PailServer, TestUser } from "../support/pail-server";
import { makePhotographs } from "../support/photos";
import { expect } from "./fixtures";
import type { Hand } from "./hand";

interface File {
  name: string;
  buffer: Buffer;
}

/** Adds these, as a person does who is signed in, and waits until they are pictures. */
export async function addFiles(hand: Hand, pail: PailServer, { id }: TestUser, files: File[]): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-files-"));
  try {
    const paths = files.map(({ name }) => path.join(folder, name));
    for (const [n, { buffer }] of files.entries()) await writeFile(paths[n] ?? "", buffer);
    const ready = () => pail.query("select id from images where owner_id = ? and state = 'ready'", id).length;
    const before = ready();
    await hand.choose("Choose pictures", paths);
    await expect.poll(ready).toBe(before + files.length);
    await hand.click("button", "Close");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `count` pictures, of which each is `stepMs` older than the one before. */
export async function addMany(
  hand: Hand,
  pail: PailServer,
  user: TestUser,
  many: { count: number; stepMs: number; newest: number },
): Promise<void> {
  await addFiles(hand, pail, user, await makeModels());
  copyModels(pail, user, many);
  await hand.goto("/");
}

/** A photograph, and pictures whose originals are such bytes as are told. Returns these. */
export async function addOriginals(
  hand: Hand,
  pail: PailServer,
  user: TestUser,
  originals: { name: string; bytes: number }[],
): Promise<Buffer[]> {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await hand.choose("Choose pictures", [photograph?.path ?? ""]);
  await hand.seePictures(1);
  const { s3, name: Bucket } = await pail.bucket();
  const stored: Buffer[] = [];
  for (const [n, id] of pail.copyImage(user.id, originals.length).entries()) {
    const { name = "", bytes = 0 } = originals[n] ?? {};
    const Key = `media/${id}/original.jpg`;
    const Body = randomBytes(bytes);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    pail.query(
      "update images set name = ?, bytes = ?, keys = json_set(keys, '$.original', ?) where id = ?",
      ...[name, bytes, Key, id],
    );
    stored.push(Body);
  }
  s3.destroy();
  await hand.goto("/");
  await hand.seePictures(originals.length + 1);
  return stored;
}
