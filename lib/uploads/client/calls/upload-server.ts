import { retryOf } from "@/lib/error-codes";
import { AppError, plainFailure, type Result } from "@/lib/errors";
import type { BeginOutcome, ConfirmOutcome, ImageOffer, Refusal, Reported } from "@/lib/uploads/contract";
import { TransientError } from "../send/retry";

/** The server actions that the queue calls. Outcomes have the order of what was asked. An action that the server no longer knows is `outdated`. */
export interface UploadServer {
  begin(offers: ImageOffer[]): Promise<Result<BeginOutcome[]>>;
  confirm(uploadIds: string[]): Promise<Result<ConfirmOutcome[]>>;
  /** Does nothing but answer: whether calls get through, from this page and for its viewer. */
  ping(): Promise<Result<unknown>>;
  abandon?(uploadIds: string[]): Promise<unknown>;
  /** Without an id, makes the album where there is none of this name; what is in it already stays. */
  addToAlbum?(addition: AlbumGoal & { imageIds: string[] }): Promise<Result<unknown>>;
  reportRefusal?(refusal: Refusal): Promise<Result<Reported>>;
  /** Aborts the calls that are under way, as one of them does not answer: the others may wait for it. */
  abortCalls?(): void;
}

/** An album by its name, or by its id where there is one. */
export interface AlbumGoal {
  id?: string;
  name: string;
}

/** One call for many files: as many answers. */
export async function callForAll<T>(count: number, action: () => Promise<Result<T[]>>): Promise<T[]> {
  const values = await call(action);
  if (values.length === count) return values;
  throw new AppError("unexpected");
}

/** An action that throws is a network that failed, or a server that did. */
export async function call<T>(action: () => Promise<Result<T>>): Promise<T> {
  const result = await answerOf(action);
  if (result.ok) return result.value;
  const { code } = result.error;
  switch (retryOf(code)) {
    case "soon":
      throw new TransientError(code === "rate_limited" ? result.error : plainFailure("unavailable"));
    case "sign_in":
    case "reload":
      throw new TransientError(result.error);
    default:
      throw AppError.of(result.error);
  }
}

async function answerOf<T>(action: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await action();
  } catch (error) {
    throw new TransientError(plainFailure("no_answer"), { cause: error });
  }
}
