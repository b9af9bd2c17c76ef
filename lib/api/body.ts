import { AppError } from "@/lib/errors";

/** The bytes of a request. Throws AppError `broken_off` where whoever sends it goes away: that is no error of the server. */
export async function* bodyOf({ body }: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? [];
  } catch {
    // Without its cause, which would be logged.
    throw new AppError("broken_off");
  }
}
