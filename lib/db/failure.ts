import "server-only";
import { AppError } from "@/lib/errors";

/** Why the database was not to be had, or not to be used. */
type Reason = "too_slow" | "unreachable" | "no_host" | "wrong_token" | "no_database" | "busy" | "newer";

/**
 * The database gives no answer. Its sentence is for whoever runs Pail, and names the host at most: what else an address holds may
 * be a secret. Whoever uses Pail is told `unavailable`.
 */
export class DatabaseError extends AppError {
  readonly reason: Reason;

  constructor(reason: Reason, sentence: string) {
    super("unavailable", sentence);
    this.reason = reason;
    // The sentence says it all; wherever it is printed, no lines follow.
    this.stack = `${this.name}: ${sentence}`;
  }
}

/** The same failure with its cause in words; null for one of the statement, like a condition that does not hold. */
export function databaseErrorOf(error: unknown, host: string): DatabaseError | null {
  if (error instanceof DatabaseError) return error;
  const causes = causesOf(error);
  const codes = causes.map(({ code }) => String(code));
  if (causes.some(({ name }) => name === "TimeoutError" || name === "AbortError")) return tooSlow(host);
  if (codes.some((code) => code.startsWith("SQLITE_BUSY"))) return busy();
  const unknownHost = codes.find((code) => code === "ENOTFOUND" || code === "EAI_AGAIN");
  if (unknownHost !== undefined) {
    const sentence = `There is no host ${host} (${unknownHost}). Correct the database's address.`;
    return new DatabaseError("no_host", sentence);
  }
  const status = causes.map((cause) => cause.status).find((value) => typeof value === "number");
  if (status !== undefined) return refused(status, host);
  // Node says no more than “fetch failed” of whatever is wrong with a connection, and has the cause beneath.
  if (!causes.some(({ message }) => message === "fetch failed")) return null;
  const code = codes.find((text) => /^[A-Z][A-Z_]+$/.test(text)) ?? "no connection";
  const sentence = `The database at ${host} cannot be reached (${code}). See whether it runs, and whether its address is right.`;
  return new DatabaseError("unreachable", sentence);
}

export const tooSlow = (host: string): DatabaseError =>
  new DatabaseError("too_slow", `The database at ${host} does not answer.`);

const busy = (): DatabaseError =>
  new DatabaseError("busy", "The database is busy: something else keeps writing to it. Try again.");

function refused(status: number, host: string): DatabaseError {
  if (status === 401 || status === 403) {
    const sentence = `The database at ${host} refuses the token (${status}). Correct the database's token.`;
    return new DatabaseError("wrong_token", sentence);
  }
  if (status === 429 || status >= 500)
    return new DatabaseError("unreachable", `The database at ${host} cannot be reached (status ${status}).`);
  const sentence = `There is no libSQL database at ${host} (status ${status}). Correct the database's address.`;
  return new DatabaseError("no_database", sentence);
}

interface Cause {
  name?: unknown;
  code?: unknown;
  message?: unknown;
  /** of an HTTP answer */
  status?: unknown;
}

/** The error and what lies beneath it, from the outside in. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 8; cause = cause.cause) {
    causes.push(cause);
    if (cause instanceof AggregateError) causes.push(...cause.errors);
  }
  return causes;
}
