import { AppError, type Result } from "@/lib/errors";
import type { BeginOutcome, ConfirmOutcome, ImageOffer, Refusal } from "@/lib/uploads/contract";
import { messages } from "../messages";
import { TransientError } from "../send/retry";

/** The server actions that the queue calls. Outcomes have the order of what was asked. An action that the server no longer knows is `outdated`. */
export interface UploadServer {
  begin(offers: ImageOffer[]): Promise<Result<BeginOutcome[]>>;
  confirm(uploadIds: string[]): Promise<Result<ConfirmOutcome[]>>;
  /** Does nothing but answer: whether calls get through, from this page and for its viewer. */
  ping(): Promise<Result<unknown>>;
  abandon?(uploadIds: string[]): Promise<unknown>;
  /** Makes the album where there is none of this name; what is in it already stays. */
  addToAlbum?(addition: { name: string; imageIds: string[] }): Promise<Result<unknown>>;
  /** Resolves to the number under which the server's log has the reason. */
  reportRefusal?(refusal: Refusal): Promise<Result<string>>;
  /** Aborts the calls that are under way, as one of them does not answer: the others may wait for it. */
  abortCalls?(): void;
}

/** One call for many files: as many answers. */
export async function callForAll<T>(count: number, action: () => Promise<Result<T[]>>): Promise<T[]> {
  const values = await call(action);
  if (values.length === count) return values;
  throw new AppError(messages.unexpected.code, messages.unexpected.message);
}

/** An action that throws is a network that failed, or a server that did. */
export async function call<T>(action: () => Promise<Result<T>>): Promise<T> {
  const result = await answerOf(action);
  if (result.ok) return result.value;
  switch (result.error.code) {
    case "rate_limited":
      throw new TransientError(result.error);
    case "unavailable":
    case "internal":
      throw new TransientError(messages.serverBusy);
    case "unauthenticated":
      throw new TransientError(messages.signedOut);
    case messages.otherViewer.code:
      throw new TransientError(messages.otherViewer);
    case messages.outdated.code:
      throw new TransientError(messages.outdated);
    default:
      throw new AppError(result.error.code, result.error.message);
  }
}

async function answerOf<T>(action: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await action();
  } catch (error) {
    throw new TransientError(messages.serverSilent, { cause: error });
  }
}
