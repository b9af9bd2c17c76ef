import "server-only";
import { now } from "@/lib/clock";
import type { Env } from "@/lib/env";
import type { BucketClient } from "../bucket-client";
import { digestOf } from "../digests";
import type { PostGrant } from "../post-policy";
import { type PutGrant, type PutRequest, presignPut } from "../signed-put";
import { Storage } from "../storage";
import type { Traits } from "../stores/traits";

/** One examination: the bucket, and the folder under incoming/ in which everything that it puts there lies. */
export interface Visit {
  bucket: BucketClient;
  appOrigin: string;
  locations: Env["locations"];
  incoming: Storage;
  media: Storage;
  journal: Storage;
  folder: string;
  /** ends what takes too long */
  signal: AbortSignal;
  /** what the store said to what decides which traits it has; grows */
  answers: Answer[];
}

export interface Answer {
  /** what was tried, like “a form as Pail signs it” */
  tried: string;
  /** status and S3's code, or what became of the connection */
  answer: string;
  /** what the store calls itself; null where it does not say */
  server: string | null;
}

export const probeBytes = Buffer.from("Pail's doctor put this here, and takes it away again.\n");
/** As many, and others. */
export const otherBytes = Buffer.from(probeBytes);
otherBytes[0] = 0;
export const probeType = "text/plain";

/** The same visit where these traits are taken for granted. */
export const withTraits = (visit: Visit, traits: Partial<Traits>): Visit =>
  toBucket(visit, { ...visit.bucket, traits: { ...visit.bucket.traits, ...traits } });

/** The same visit by another way to the bucket. */
export function toBucket(visit: Visit, bucket: BucketClient): Visit {
  const at = ({ location }: Storage) => new Storage(bucket, location);
  return {
    ...visit,
    bucket,
    incoming: at(visit.incoming),
    media: at(visit.media),
    journal: at(visit.journal),
  };
}

const known = async () => ({
  type: probeType,
  bytes: probeBytes.length,
  sha256: await digestOf("sha256", probeBytes),
  metadata: {},
  expiresAt: new Date(now().getTime() + 60_000),
});

export interface Form {
  url: string;
  fields: Record<string, string>;
}

/** A form as Pail gives them to browsers. */
export async function formFor(
  { incoming, folder }: Visit,
  name: string,
  changes: Partial<PostGrant> = {},
): Promise<Form> {
  return incoming.postForm(`${folder}/${name}`, { ...(await known()), ...changes });
}

/** Sends a form as a browser on the app's page does. */
export function post(
  { appOrigin, signal }: Visit,
  { url, fields }: Form,
  bytes: Uint8Array = probeBytes,
  fileName?: string,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName ?? "blob");
  return fetch(url, { method: "POST", body, signal, redirect: "manual", headers: { origin: appOrigin } });
}

/** A signed PUT as Pail gives them to browsers. */
export async function putFor(
  { bucket, incoming, folder }: Visit,
  name: string,
  changes: Partial<PutGrant> = {},
): Promise<PutRequest> {
  const key = incoming.key(`${folder}/${name}`);
  return presignPut(bucket, { ...(await known()), md5: await digestOf("md5", probeBytes), key, ...changes });
}

/** Sends it as a browser on the app's page does. */
export function put(
  { appOrigin, signal }: Visit,
  { url, headers }: PutRequest,
  bytes: Uint8Array = probeBytes,
): Promise<Response> {
  const body = bytes as Uint8Array<ArrayBuffer>;
  const sent = { ...headers, origin: appOrigin };
  return fetch(url, { method: "PUT", body, signal, redirect: "manual", headers: sent });
}

/** Reads what is there as a stranger does, who has no signature. */
export function readUnsigned({ bucket, incoming, folder, signal }: Visit, name: string): Promise<Response> {
  const url = `${bucket.publicUrl}/${incoming.key(`${folder}/${name}`)}`;
  return fetch(url, { signal, redirect: "manual" });
}

/** What became of a request: a store may also close the connection on what it refuses. */
export interface Outcome {
  isTaken: boolean;
  /** 0 where the connection was closed */
  status: number;
  /** for a person: status and S3's code */
  answer: string;
}

/** Sends, and notes what the store said where that has a name. Throws where nobody answers at all. */
export async function outcomeOf(
  visit: Visit,
  tried: string | null,
  send: () => Promise<Response>,
): Promise<Outcome> {
  let outcome: Outcome;
  let server: string | null = null;
  try {
    const response = await send();
    const code = /<Code>([\w.]+)<\/Code>/.exec(await response.text())?.[1];
    const { status, headers } = response;
    server = headers.get("server");
    outcome = { isTaken: status < 400, status, answer: [status, code].filter(Boolean).join(" ") };
  } catch (error) {
    if (!isClosed(error)) throw error;
    outcome = { isTaken: false, status: 0, answer: "the connection was closed" };
  }
  if (tried !== null) visit.answers.push({ tried, answer: outcome.answer, server });
  return outcome;
}

/** Was there a connection that was closed before an answer came? Not: nobody listens, or no such name. */
function isClosed(error: unknown): boolean {
  if (!(error instanceof TypeError) || error.cause === undefined) return false;
  const { code = "" } = error.cause as { code?: string };
  return ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(code);
}
