import {
  bucketCodeOf,
  type ErrorCode,
  errorCodeOf,
  type PlainCode,
  sentenceOf,
  statusOf,
} from "./error-codes";

/**
 * What went wrong, in a form that may travel to the browser: a stable code, one sentence in English, and the values with which
 * a page says it in the person's language (see "Codes and values" in lib/texts/README.md).
 */
export interface Failure<C extends ErrorCode = ErrorCode> {
  code: C;
  message: string;
  values?: FailureValues;
}

/** What a sentence says of the case at hand. Of an older Pail, or of a program, it may say nothing. */
export interface FailureValues {
  /** of what the server's log has the reason under this number */
  incident?: string;
  maxBytes?: number;
  width?: number;
  height?: number;
  maxPixels?: number;
  waitSeconds?: number;
  /** what a file is that is not taken: see images/formats/unsupported.ts */
  kind?: string;
  /** the name of its format, where it is a picture */
  format?: string;
  /** the names of the formats that are taken */
  formats?: string[];
  /** what there is none of */
  what?: "picture" | "album" | "token" | "upload";
  /** the id of the album that has the name */
  album?: string;
  /** where Pail is */
  origin?: string;
  /** the field that is wrong, and whether it is too short or too long, like `name_short` */
  issue?: string;
  min?: number;
  max?: number;
  /** media types: what it is, and what it was said to be */
  type?: string;
  announced?: string;
  /** digests that an offer must have: of each object, and of the parts of an original */
  object?: WantedDigest;
  part?: WantedDigest;
}

type WantedDigest = "sha256" | "md5" | "crc32c" | "none";

interface AppErrorOptions extends ErrorOptions {
  values?: FailureValues | undefined;
}

/** What every server action returns: it never throws at the page. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

/**
 * An error that people may see: `code` is stable, `message` says what is wrong and what to do next. Codes with one sentence
 * bring it along.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly values: FailureValues | undefined;

  constructor(code: PlainCode, message?: undefined, options?: AppErrorOptions);
  constructor(code: ErrorCode, message: string, options?: AppErrorOptions);
  constructor(code: ErrorCode, message = sentenceOf(code as PlainCode), options?: AppErrorOptions) {
    super(message, options);
    this.code = code;
    this.values = options?.values;
  }

  /** As it came from elsewhere: from the server, a worker, or an earlier try. */
  static of({ code, message, values }: Failure, options?: ErrorOptions): AppError {
    return new AppError(code, message, { ...options, values });
  }

  /** The HTTP status that fits the code. */
  get status(): number {
    return statusOf(this.code);
  }

  toFailure(): Failure {
    return { code: this.code, message: this.message, ...(this.values && { values: this.values }) };
  }
}

/** As programs are told it, which read English. */
export const withoutValues = ({ code, message }: Failure): { code: ErrorCode; message: string } => ({
  code,
  message,
});

/**
 * What the bucket refused a form with.
 *
 * @param code S3's
 * @param incident where the server's log has the reason; null where the server could not be told
 */
export const bucketRefusal = (code: string, incident: string | null): Failure => ({
  ...plainFailure(bucketCodeOf(code)),
  ...(incident !== null && { values: { incident } }),
});

/** The failure of a code that has one sentence. */
export const plainFailure = <C extends PlainCode>(code: C): Failure<C> => ({
  code,
  message: sentenceOf(code),
});

/** As an older or a newer Pail said it, in a row or an answer: a code that this one does not know becomes `unknown`. */
export const readFailure = ({ code, ...said }: Omit<Failure, "code"> & { code: string }): Failure => ({
  code: errorCodeOf(code, "unknown"),
  ...said,
});
