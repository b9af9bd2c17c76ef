import type { Failure } from "@/lib/errors";

/** What the queue says by itself. What the server and the inspection say comes with their errors. */
export const messages = {
  fileChanged: {
    code: "file_changed",
    message: "This file was changed, moved or deleted since it was chosen. Choose it again.",
  },
  notPrepared: {
    code: "not_prepared",
    message: "This browser could not prepare the picture. Try again, or use an up-to-date browser.",
  },
  workerDied: {
    code: "worker_died",
    message: "The browser gave up on this picture, perhaps for want of memory. Close other tabs and retry.",
  },
  signedOut: {
    code: "unauthenticated",
    message: "You are signed out. It goes on once you have signed in again.",
  },
  otherViewer: {
    code: "other_viewer",
    message:
      "Somebody else has signed in. Sign in again as the person whose pictures these are, and it goes on.",
  },
  outdated: {
    code: "outdated",
    message: "Pail was updated. It goes on once the page is reloaded.",
  },
  offline: { code: "offline", message: "No connection to Pail. It goes on by itself once there is one." },
  network: { code: "network", message: "The connection was lost. Check it, then retry." },
  stalled: { code: "stalled", message: "The connection is stuck. Check it, then retry." },
  serverSilent: { code: "network", message: "The server does not answer. Check the connection, then retry." },
  serverBusy: {
    code: "unavailable",
    message: "The server cannot take it at the moment. Retry in a few minutes.",
  },
  bucketBusy: { code: "bucket_busy", message: "The bucket is busy. Retry in a few minutes." },
  formExpired: {
    code: "form_expired",
    message:
      "The permission to send it kept running out. Retry it; the clocks of Pail and its bucket may differ.",
  },
  unexpected: { code: "unexpected", message: "Something went wrong with this picture. Retry it." },
} as const satisfies Record<string, Failure>;

/** While it tries again by itself: the same causes, but there is nothing to do. */
export function waitingSentence({ code, message }: Failure): string {
  return (
    {
      offline: messages.offline.message,
      network: "The connection was lost. Trying again in a moment.",
      stalled: "The connection is stuck. Trying again in a moment.",
      unavailable: "The server is busy. Trying again in a moment.",
      bucket_busy: "The bucket is busy. Trying again in a moment.",
      form_expired: "Asking for a new permission to send.",
      rate_limited: "Many pictures at once. It goes on by itself in a moment.",
    }[code] ?? message
  );
}

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

/** `number` is the one under which the server's log has the reason; null where it could not be told. */
export function bucketRefusal(code: string, number: string | null): Failure {
  const tail =
    number === null
      ? "Tell whoever runs this Pail."
      : `Whoever runs this Pail finds the reason in the log, number ${number}.`;
  const sentence = bucketSentences[code] ?? "The bucket refused this picture.";
  return { code, message: fileSentences[code] ?? `${sentence} ${tail}` };
}
