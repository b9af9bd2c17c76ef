import type { IncomingMessage } from "node:http";
import { S3Error } from "../wire/s3-error";

/** How much one client gets, and how long is waited for it. Times in milliseconds. */
export interface Limits {
  /** Connections that are served at once. As many again get to read that they should come later. */
  connections: number;
  /** How long the head of a request may take. */
  headMs: number;
  /** How long a connection may lie idle between two requests. */
  keepAliveMs: number;
  /** How long a body may pause. */
  senderPauseMs: number;
  /** How much of a body must come in any paceMs. */
  paceBytes: number;
  paceMs: number;
  /** How long an answer may wait before a reader takes more of it. */
  readerPauseMs: number;
  /** The longest pause of a client while others wait for a connection. */
  pauseWhenFullMs: number;
  /** How long requests may go on once the server is to close. */
  closeMs: number;
  /** How often the connections are looked at. */
  lookMs: number;
}

/**
 * A connection has one request at work, and that at most two files open: a blob, and its folder while it is synced. So
 * at worst 3 × 512 files and 512 connections that are told to come later: about 2,100 with SQLite's and Node's own,
 * where Node gets itself the most that the system allows, mostly 4,096 or more. Where it is less, see EMFILE in
 * wire/s3-error.ts.
 *
 * A body holds up to 2 MB of memory while the disk is slower than its sender (wire/chunks.ts, index/blob-store.ts):
 * 1 GB at worst.
 *
 * A reader is seen to move only when it has taken a whole piece of 256 KB, and before that the system's own buffer has
 * to run down, so it gets longer than a sender. See also "Limits of connections" in ../README.md.
 */
export const defaultLimits: Limits = {
  connections: 512,
  headMs: 20_000,
  keepAliveMs: 60_000,
  senderPauseMs: 25_000,
  paceBytes: 16 * 1024,
  paceMs: 60_000,
  readerPauseMs: 120_000,
  pauseWhenFullMs: 5_000,
  closeMs: 5_000,
  lookMs: 1_000,
};

/** What S3 takes. */
export const maxHeaderSectionBytes = 8 * 1024;
/** A key of 1024 bytes is 3 KB when it is percent-encoded, and a signed query may hold as much again, twice. */
const maxTargetBytes = 16 * 1024;
/** Node's own bound, for request line and headers together: out of the way of the two above. */
export const maxHeadBytes = 32 * 1024;

/** Refuses a request whose target or headers are too long. */
export function checkHead({ url = "", rawHeaders }: IncomingMessage): void {
  if (url.length > maxTargetBytes) {
    const message = `The request target has ${url.length} bytes, at most ${maxTargetBytes} are allowed.`;
    throw new S3Error("InvalidURI", message);
  }
  let bytes = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = "", value = ""] = rawHeaders.slice(i, i + 2);
    // Cookies are those of other servers on the same host: browsers send them to every port of it.
    if (name.toLowerCase() !== "cookie") bytes += name.length + value.length + ": \r\n".length;
  }
  if (bytes > maxHeaderSectionBytes) throw headerSectionTooLarge();
}

export function headerSectionTooLarge(): S3Error {
  const message = "Your request header section exceeds the maximum allowed size.";
  return new S3Error("RequestHeaderSectionTooLarge", message, {
    MaxSizeAllowed: String(maxHeaderSectionBytes),
  });
}

export function requestTimeout(): S3Error {
  return new S3Error(
    "RequestTimeout",
    "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.",
  );
}
