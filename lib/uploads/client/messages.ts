import { type ErrorCode, errorCodeOf, type Failure, plainFailure } from "@/lib/errors";

/** What the queue says by itself. What the server and the inspection say comes with their errors. */
export const messages = {
  fileChanged: plainFailure("file_changed"),
  notPrepared: plainFailure("not_prepared"),
  workerDied: plainFailure("worker_died"),
  signedOut: {
    code: "unauthenticated",
    message: "You are signed out. It goes on once you have signed in again.",
  },
  otherViewer: {
    code: "other_viewer",
    message:
      "Somebody else has signed in. Sign in again as the person whose pictures these are, and it goes on.",
  },
  outdated: plainFailure("outdated"),
  offline: plainFailure("offline"),
  network: { code: "network", message: "The connection was lost. Check it, then retry." },
  stalled: plainFailure("stalled"),
  serverSilent: { code: "network", message: "The server does not answer. Check the connection, then retry." },
  serverBusy: {
    code: "unavailable",
    message: "The server cannot take it at the moment. Retry in a few minutes.",
  },
  bucketBusy: plainFailure("bucket_busy"),
  formExpired: plainFailure("form_expired"),
  unexpected: plainFailure("unexpected"),
} as const satisfies Record<string, Failure>;

/** While it tries again by itself: the same causes, but there is nothing to do. */
export function waitingSentence({ code, message }: Failure): string {
  return waitingSentences[code] ?? message;
}

const waitingSentences: Partial<Record<ErrorCode, string>> = {
  offline: messages.offline.message,
  network: "The connection was lost. Trying again in a moment.",
  stalled: "The connection is stuck. Trying again in a moment.",
  unavailable: "The server is busy. Trying again in a moment.",
  bucket_busy: "The bucket is busy. Trying again in a moment.",
  form_expired: "Asking for a new permission to send.",
  rate_limited: "Many pictures at once. It goes on by itself in a moment.",
};

/** S3's error codes that the person at the browser can do something about. */
const fileSentences: Record<string, string> = {
  EntityTooLarge: "The file is larger than it was when it was chosen. Choose it again.",
  EntityTooSmall: "The file is smaller than it was when it was chosen. Choose it again.",
  BadDigest: "The file was changed while it was sent. Choose it again.",
  XAmzContentChecksumMismatch: "The file was changed while it was sent. Choose it again.",
};

/** Those that only whoever runs Pail can mend. */
const bucketSentences: Record<string, string> = {
  NoSuchBucket: "The bucket does not exist.",
  QuotaExceeded: "The bucket is full.",
  InsufficientStorage: "The bucket is full.",
  // The form bears the server's time.
  RequestTimeTooSkewed: "The clocks of this Pail and of its bucket disagree.",
};

/** `code` is S3's. `number` is the one under which the server's log has the reason; null where it could not be told. */
export function bucketRefusal(code: string, number: string | null): Failure {
  const tail =
    number === null
      ? "Tell whoever runs this Pail."
      : `Whoever runs this Pail finds the reason in the log, number ${number}.`;
  const sentence = bucketSentences[code] ?? "The bucket refused this picture.";
  return { code: errorCodeOf(code, "store_refused"), message: fileSentences[code] ?? `${sentence} ${tail}` };
}
