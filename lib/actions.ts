import "server-only";
import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import { z } from "zod";
import { addressIn } from "@/lib/accounts/address";
import type { Caller } from "@/lib/accounts/caller";
import { browserToken, requireViewer } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { DatabaseError } from "@/lib/db/failure";
import { env } from "@/lib/env";
import { statusOf } from "@/lib/error-codes";
import { AppError, type Failure, type FailureValues, plainFailure, type Result } from "@/lib/errors";
import { log } from "@/lib/log";
import { incidentId, reachAction } from "@/lib/request-context";
import { StorageError } from "@/lib/storage/s3-failure";

/** A server action for anyone: checks the Origin and the input, then calls the verb. */
export function publicAction<S extends z.ZodType, T>(
  shape: S,
  verb: (caller: Caller, input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<Result<T>> {
  return (input) => answer(async () => verb(await callerOf(), parse(shape, input)));
}

/** A server action for whoever has signed in: checks Origin, session and input, then calls the verb. */
export function userAction<S extends z.ZodType, T>(
  shape: S,
  verb: (viewer: Viewer, input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<Result<T>> {
  return (input) => answer(async () => verb(await requireViewer(), parse(shape, input)));
}

/**
 * The same for a page that is kept open: it says whose it is, and is refused as AppError `other_viewer` where somebody else has
 * signed in since.
 */
export function pageAction<S extends z.ZodType, T>(
  shape: S,
  verb: (viewer: Viewer, input: z.output<S>) => Promise<T>,
): (viewerId: string, input: z.input<S>) => Promise<Result<T>> {
  return (viewerId, input) => answer(async () => verb(await requireSame(viewerId), parse(shape, input)));
}

/** The same checks for a route that a page posts JSON to: it can be asked by pages of another build too, which actions cannot. */
export function pageRoute<S extends z.ZodType, T>(
  shape: S,
  verb: (viewer: Viewer, input: z.output<S>) => Promise<T>,
): (request: Request) => Promise<Response> {
  return (request) =>
    answerJson(async () => {
      await requireOrigin();
      const viewer = await requireViewer();
      return verb(viewer, parse(shape, await jsonOf(request)));
    });
}

/** What a route answers to a page's script: what the work returns, as JSON, or why it was refused. Nobody keeps it. */
export async function answerJson(work: () => Promise<unknown>): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  try {
    return Response.json(await work(), { headers });
  } catch (error) {
    unstable_rethrow(error);
    const { status, failure } = failureOf(error);
    return Response.json(failure, { status, headers });
  }
}

const maxJsonBytes = 64 * 1024;

/** Throws AppError `invalid_input`. */
async function jsonOf({ body }: Request): Promise<unknown> {
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > maxJsonBytes) break;
    }
    return text.length > maxJsonBytes ? undefined : JSON.parse(text);
  } catch {
    throw new AppError("invalid_input", "Send JSON.");
  }
}

/** What any error means to the person: its own sentence, or a general one with a number that is in the log too. */
export function failureOf(error: unknown): { status: number; failure: Failure } {
  if (error instanceof StorageError) {
    const incident = incidentId();
    log.error({ code: error.code, incident }, error.message);
    const message = `The bucket cannot do it at the moment. Try again; its reason is in the log. (${incident})`;
    return refusal({ code: "unavailable", message, values: { incident } });
  }
  if (error instanceof DatabaseError) {
    log.error({ code: error.code, reason: error.reason }, error.message);
    return refusal(plainFailure("unavailable"));
  }
  // Pages and programs know no such code; whoever runs Pail needs the sentence.
  if (error instanceof AppError && error.code === "bad_configuration") {
    log.error({ code: error.code }, error.message);
    return refusal({ code: "unavailable", message: error.message });
  }
  if (error instanceof AppError) {
    if (error.cause !== undefined) log.warn({ code: error.code, cause: error.cause }, error.message);
    return { status: error.status, failure: error.toFailure() };
  }
  const incident = incidentId();
  log.error({ err: error, incident }, "unexpected error");
  const message = `Something went wrong on the server. Try again. (${incident})`;
  return refusal({ code: "internal", message, values: { incident } });
}

const refusal = (failure: Failure) => ({ status: statusOf(failure.code), failure });

async function answer<T>(work: () => Promise<T>): Promise<Result<T>> {
  reachAction();
  try {
    await requireOrigin();
    return { ok: true, value: await work() };
  } catch (error) {
    unstable_rethrow(error);
    return { ok: false, error: failureOf(error).failure };
  }
}

async function requireSame(viewerId: string): Promise<Viewer> {
  const viewer = await requireViewer();
  if (viewer.id === viewerId) return viewer;
  throw new AppError("other_viewer", "Somebody else has signed in. Reload the page.");
}

/** Next compares Origin with Host, and lets a request without Origin pass: this does not. */
async function requireOrigin(): Promise<void> {
  const origin = (await headers()).get("origin");
  const { appOrigin } = env();
  if (origin !== appOrigin) {
    const values = { origin: appOrigin };
    throw new AppError("wrong_origin", `Open Pail at ${appOrigin} and try again.`, { values });
  }
}

/** The input, checked. Throws AppError `invalid_input`, which says what is wrong with it. */
export function parse<S extends z.ZodType>(shape: S, input: unknown): z.output<S> {
  const result = shape.safeParse(input);
  if (result.success) return result.data;
  throw new AppError(
    "invalid_input",
    z.prettifyError(result.error).split("\n")[0]?.replace(/^✖ /, "") ?? "Invalid input.",
    { values: issueOf(result.error) },
  );
}

/** Which field is the first that is wrong, and how: `email`, `name_short`, `password_long`, `password_common`. */
function issueOf({ issues: [first] }: z.ZodError): FailureValues | undefined {
  const field = first?.path.join(".");
  if (first?.code === "too_small") return { issue: `${field}_short`, min: Number(first.minimum) };
  if (first?.code === "too_big") return { issue: `${field}_long`, max: Number(first.maximum) };
  if (first?.code === "custom" && first.params?.issue) return { issue: `${field}_${first.params.issue}` };
  return field ? { issue: field } : undefined;
}

/** Who sends the request at hand. */
export async function callerOf(): Promise<Caller> {
  const received = await headers();
  // Our own server sets it from the socket, a serverless host does too; of a trusted proxy's list only the end is its own.
  const address = addressIn(received.get("x-forwarded-for")?.split(",").at(-1) ?? "");
  const userAgent = received.get("user-agent")?.slice(0, 500) ?? "";
  return { address, userAgent, browser: await browserToken() };
}
