import { sleep } from "../clock";
import { messages } from "../messages";
import { type Patience, TransientError } from "../send/retry";

/** A call may say nothing for so long before Pail is asked whether it is there at all. */
const silenceMs = 30_000;
/** One that is there may need minutes for files of gigabytes; hardly a host lets it have more. */
const maxCallMs = 300_000;

/**
 * What the call answers. Where Pail is not there any more, or takes far too long, it hangs up and throws TransientError
 * `stalled`.
 */
export async function answerInTime<T>(
  call: () => Promise<T>,
  { clock, connection }: Patience,
  hangUp: () => void,
): Promise<T> {
  const answered = new AbortController();
  const giveUp = async (): Promise<never> => {
    const beganMs = clock.now();
    do await sleep(clock, silenceMs, answered.signal);
    while (clock.now() - beganMs < maxCallMs && (await connection.isOnline()));
    hangUp();
    throw new TransientError(messages.stalled);
  };
  try {
    return await Promise.race([call(), giveUp()]);
  } finally {
    answered.abort();
  }
}
