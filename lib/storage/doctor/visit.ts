import "server-only";
import { createHash } from "node:crypto";
import { now } from "@/lib/clock";
import type { Env } from "@/lib/env";
import type { BucketClient } from "../bucket-client";
import type { PostGrant } from "../post-policy";
import type { Storage } from "../storage";

/** One examination: the bucket, and the folder under incoming/ in which everything that it puts there lies. */
export interface Visit {
  bucket: BucketClient;
  appOrigin: string;
  locations: Env["locations"];
  incoming: Storage;
  media: Storage;
  folder: string;
  /** ends what takes too long */
  signal: AbortSignal;
}

export const probeBytes = Buffer.from("Pail's doctor put this here, and takes it away again.\n");
export const probeType = "text/plain";
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");

export interface Form {
  url: string;
  fields: Record<string, string>;
}

/** A form as Pail gives them to browsers. */
export function formFor(
  { incoming, folder }: Visit,
  name: string,
  changes: Partial<PostGrant> = {},
): Promise<Form> {
  return incoming.postForm(`${folder}/${name}`, {
    type: probeType,
    bytes: probeBytes.length,
    sha256: sha256Of(probeBytes),
    metadata: {},
    expiresAt: new Date(now().getTime() + 60_000),
    ...changes,
  });
}

/** Sends a form as a browser on the app's page does. */
export function post(
  { appOrigin, signal }: Visit,
  { url, fields }: Form,
  bytes: Uint8Array = probeBytes,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]));
  return fetch(url, { method: "POST", body, signal, redirect: "manual", headers: { origin: appOrigin } });
}

/** What the store said, for a person: its status and its error code. */
export async function answerOf(response: Response): Promise<string> {
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
  return [response.status, code].filter(Boolean).join(" ");
}
