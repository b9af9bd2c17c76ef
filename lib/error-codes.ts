/** A stable name of what went wrong. What it means stands in the table below and nowhere else. */
export type ErrorCode = keyof typeof errorCodes;
export type StorageCode = keyof typeof store;
/** Those that a page may be told, and says in its own language. */
export type PageCode =
  | keyof typeof answers
  | keyof typeof sending
  | keyof typeof bucket
  | Extract<StorageCode, "store_refused">;
/** Those whose sentence is always the same. */
export type PlainCode = {
  [C in ErrorCode]: (typeof errorCodes)[C] extends { sentence: string } ? C : never;
}[ErrorCode];

/** S3's own code for a refusal where Pail has a sentence for it. */
export const bucketCodeOf = (text: string): keyof typeof bucket | "store_refused" =>
  Object.hasOwn(bucket, text) ? (text as keyof typeof bucket) : "store_refused";

export const errorCodeOf = (text: string, otherwise: ErrorCode): ErrorCode =>
  Object.hasOwn(errorCodes, text) ? (text as ErrorCode) : otherwise;

/** The HTTP status that fits. */
export const statusOf = (code: ErrorCode): number => meaningOf(code).status ?? 400;
export const retryOf = (code: ErrorCode): Retry => meaningOf(code).retry ?? "by_hand";
/** Those that a program may be answered. */
export const answerCodes = (): string[] => Object.keys(answers);

/** The sentence of a code that has one. */
export const sentenceOf = (code: PlainCode): string => errorCodes[code].sentence;
const meaningOf = (code: ErrorCode): Meaning => errorCodes[code];

/**
 * Whether another try can help. `soon`: it passes by itself, so whoever asked tries again unasked. `connection`, `sign_in`,
 * `reload`: it goes on by itself once there is a network, a session, a fresh page. `by_hand`: the person may try again.
 * `never`: the same again gives the same answer.
 */
type Retry = "soon" | "connection" | "sign_in" | "reload" | "by_hand" | "never";

interface Meaning {
  /** of HTTP; 400 where nothing is said */
  status?: number;
  /** `by_hand` where nothing is said */
  retry?: Retry;
  /** where whoever throws it has nothing to add */
  sentence?: string;
}

/** What a request of a page or of a program may be refused with. */
const answers = {
  unauthenticated: { status: 401, retry: "sign_in" },
  other_viewer: { status: 403, retry: "sign_in" },
  wrong_origin: { status: 403 },
  forbidden: { status: 403 },
  not_found: { status: 404 },
  rate_limited: { status: 429, retry: "soon" },
  internal: { status: 500, retry: "soon" },
  unavailable: {
    status: 503,
    retry: "soon",
    sentence: "The server cannot take it at the moment. Retry in a few minutes.",
  },
  invalid_input: {},
  broken_off: { sentence: "The request broke off before its end. Send it again." },
  wrong_credentials: { sentence: "The email address or the password is wrong. Try again." },
  setup_done: { sentence: "Pail is already set up. Sign in instead." },
  too_many_tokens: {},
  too_many_albums: {},
  empty_title: { sentence: "Give the picture a title." },
  no_date: { sentence: "No picture can be of that date. Choose one between 1826 and today." },
  shift_too_far: {
    sentence:
      "So far, a picture would be of before 1826 or of a day to come. Nothing was changed: shift by less.",
  },
  empty_name: { sentence: "Give the album a name." },
  name_taken: { sentence: "You have another album of this name. Choose another name." },
  not_in_album: { sentence: "It is not in this album any more. Somebody has taken it out meanwhile." },
  duplicate: { sentence: "You have added this picture again in the meantime." },
  // The file itself is at fault.
  empty_file: {
    retry: "never",
    sentence: "This file is empty. Choose the picture again, or another copy of it.",
  },
  too_large: { retry: "never" },
  too_many_pixels: { retry: "never" },
  side_too_long: { retry: "never" },
  unsupported_type: { retry: "never" },
  damaged_image: {
    retry: "never",
    sentence: "This picture is damaged or incomplete. Open it to check, save it again, and try once more.",
  },
  not_decoded: {
    retry: "never",
    sentence:
      "Pail tried this picture twice, and it took too much time or memory to open. Save it as JPEG and try again.",
  },
  // Its upload is.
  /** whoever asked computes them and asks again */
  digest_missing: {
    sentence:
      "The bucket compares other checksums: offer it with its MD5 too, and parts with what is wanted.",
  },
  store_unfit: {
    status: 503,
    retry: "never",
    sentence: "The bucket of this Pail cannot take pictures safely. Tell whoever runs this Pail.",
  },
  quota_full: {
    sentence:
      "There is no room for it: your space is full, or too many uploads are under way. Delete pictures or wait.",
  },
  variant_too_large: { sentence: "Its smaller versions are too large. Reload the page and try again." },
  bad_variant: {
    sentence: "Its smaller versions are not what they should be. Reload the page and try again.",
  },
  type_differs: {},
  bytes_differ: { sentence: "What arrived is not what was sent. Try again." },
  not_arrived: { sentence: "Its bytes have not arrived yet. Send them first." },
  changed: { sentence: "The file changed while it was checked. Send it again." },
  upload_ended: { sentence: "This upload has ended. Choose the file again." },
  form_used: { sentence: "This form was used before. Choose the picture again." },
  bad_state: { sentence: "This form is no longer valid. Choose the picture again." },
  /** of a Pail that knows more codes than this one */
  unknown: {},
} as const satisfies Record<string, Meaning>;

/** What whoever sends pictures finds out without the server. */
const sending = {
  offline: {
    retry: "connection",
    sentence: "No connection to Pail. It goes on by itself once there is one.",
  },
  network: {
    retry: "connection",
    sentence: "The connection was lost. Check it, then retry.",
  },
  no_answer: {
    retry: "connection",
    sentence: "The server does not answer. Check the connection, then retry.",
  },
  stalled: {
    retry: "connection",
    sentence: "The connection is stuck. Check it, then retry.",
  },
  outdated: {
    retry: "reload",
    sentence: "Pail was updated. It goes on once the page is reloaded.",
  },
  bucket_busy: {
    retry: "soon",
    sentence: "The bucket is busy. Retry in a few minutes.",
  },
  form_expired: {
    retry: "soon",
    sentence:
      "The permission to send it kept running out. Retry it; the clocks of Pail and its bucket may differ.",
  },
  file_changed: {
    retry: "never",
    sentence: "This file was changed, moved or deleted since it was chosen. Choose it again.",
  },
  file_unreadable: {
    retry: "never",
    sentence: "This file could not be read. See whether it opens on this device, and choose it again.",
  },
  not_prepared: {
    sentence: "This browser could not prepare the picture. Try again, or use an up-to-date browser.",
  },
  worker_died: {
    sentence: "The browser gave up on this picture, perhaps for want of memory. Close other tabs and retry.",
  },
  unexpected: { sentence: "Something went wrong with this picture. Retry it." },
} as const satisfies Record<string, Meaning>;

/** S3's own, of a form that the bucket refused. Any other one is `store_refused`. */
const bucket = {
  BadDigest: { sentence: "The file was changed while it was sent. Choose it again." },
  EntityTooLarge: { sentence: "The file is larger than it was when it was chosen. Choose it again." },
  EntityTooSmall: { sentence: "The file is smaller than it was when it was chosen. Choose it again." },
  XAmzContentChecksumMismatch: { sentence: "The file was changed while it was sent. Choose it again." },
  // What follows only whoever runs Pail can mend.
  AccessDenied: { sentence: "The bucket refused this picture. Tell whoever runs this Pail." },
  InsufficientStorage: { sentence: "The bucket is full. Tell whoever runs this Pail." },
  NoSuchBucket: { sentence: "The bucket does not exist. Tell whoever runs this Pail." },
  QuotaExceeded: { sentence: "The bucket is full. Tell whoever runs this Pail." },
  // The form bears the server's time.
  RequestTimeTooSkewed: {
    sentence: "The clocks of this Pail and of its bucket disagree. Tell whoever runs this Pail.",
  },
} as const satisfies Record<string, Meaning>;

/** Of a StorageError. Whatever the store's reason, to whoever asked us the store is not to be had: 503. */
const store = {
  access_denied: { status: 503 },
  delete_failed: { status: 503 },
  clock_skew: { status: 503 },
  credentials_expired: { status: 503 },
  credentials_wrong: { status: 503 },
  no_bucket: { status: 503 },
  no_credentials: { status: 503 },
  no_multipart: { status: 503 },
  no_object: { status: 503 },
  not_supported: { status: 503, retry: "never" },
  out_of_range: { status: 503, retry: "never" },
  overloaded: { status: 503, retry: "soon" },
  precondition_failed: { status: 503 },
  store_full: { status: 503 },
  store_refused: {
    status: 503,
    sentence: "The bucket refused this picture. Tell whoever runs this Pail.",
  },
  unreachable: { status: 503, retry: "soon" },
  wrong_region: { status: 503 },
} as const satisfies Record<string, Meaning>;

/** What only whoever runs a command reads. */
const commands = {
  usage: { retry: "never" },
  address_taken: {},
  /** not what it should be, or not whole */
  bad_backup: { retry: "never" },
  bad_bucket_name: { retry: "never" },
  bad_configuration: { retry: "never" },
  bad_region: { retry: "never" },
  invalid_name: { retry: "never" },
  bucket_check: {},
  bucket_failed: {},
  build_failed: {},
  copy_differs: {},
  data_dir: {},
  database_failed: {},
  database_in_use: {},
  disk_full: {},
  file_exists: { retry: "never" },
  interrupted: { sentence: "Interrupted." },
  newer_database: { retry: "never" },
  /** what answered is none */
  no_pail: {},
  not_empty: { retry: "never" },
  odd_policy: {},
  others_backup: { retry: "never" },
  others_bucket: {},
  /** bucket and database are not of one */
  other_pail: {},
  port: {},
  test_store_failed: {},
  test_store_missing: {},
  too_many: {},
  unreadable: {},
  unfit_bucket: {},
  unwritable: {},
} as const satisfies Record<string, Meaning>;

const errorCodes = { ...answers, ...sending, ...bucket, ...store, ...commands };
