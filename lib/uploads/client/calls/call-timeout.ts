import { plainFailure } from "@/lib/errors";
import { sleep } from "../clock";
import { type RetryContext, TransientError } from "../send/retry";

/** After so long without an answer Pail is asked whether it is there at all, and again each time. */
const checkAfterMs = 30_000;
/** One that is there may need minutes for files of gigabytes; hardly a host lets it have more. */
const maxCallMs = 300_000;

/**
 * What the call answers. Where Pail is not there any more, or takes longer than five minutes, calls `abortCalls` and throws
 * TransientError `stalled`. See "Timeouts" in lib/uploads/README.md.
 */
export async function withCallTimeout<T>(
  call: () => Promise<T>,
  { clock, connection }: RetryContext,
  abortCalls: () => void,
): Promise<T> {
  const answered = new AbortController();
  const giveUp = async (): Promise<never> => {
    const beganMs = clock.now();
    do await sleep(clock, checkAfterMs, answered.signal);
    while (clock.now() - beganMs < maxCallMs && (await connection.isOnline()));
    abortCalls();
    throw new TransientError(plainFailure("stalled"));
  };
  try {
    return await Promise.race([call(), giveUp()]);
  } finally {
    answered.abort();
  }
}
