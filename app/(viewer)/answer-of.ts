import type { Result } from "@/lib/errors";

/** What an action answers, as a failure also where it throws: without a connection, or where the server's build has no such action. */
export async function answerOf<T>(called: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await called;
  } catch (error) {
    console.warn(error);
    return { ok: false, error: { code: "no_answer", message: "The server does not answer." } };
  }
}
