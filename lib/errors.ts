/** What went wrong, in a form that may travel to the browser: a stable code and one sentence for people. */
export interface Failure {
  code: string;
  message: string;
}

/** What every server action returns: it never throws at the page. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

const statusOf: Record<string, number> = {
  unauthenticated: 401,
  wrong_origin: 403,
  forbidden: 403,
  other_viewer: 403,
  not_found: 404,
  rate_limited: 429,
  unavailable: 503,
};

/** An error that people may see: `code` is stable, `message` says what is wrong and what to do next. */
export class AppError extends Error {
  override readonly name = "AppError";

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The HTTP status that fits the code; 400 where no better one is known. */
  get status(): number {
    return statusOf[this.code] ?? 400;
  }

  toFailure(): Failure {
    return { code: this.code, message: this.message };
  }
}
