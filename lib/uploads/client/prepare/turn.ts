import type { ConcurrencyLimiter } from "../concurrency-limiter";

/** Beyond so many pixels, two pictures that are decoded at once are more than a browser can hold. */
export const largePixels = 24_000_000;

/** For a worker: asks for its turn through the port that came with the picture, and waits for it. */
export function takeTurn(port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    port.onmessage = () => resolve();
    port.postMessage(null);
  });
}

interface Turn {
  port: MessagePort;
  wasAskedFor(): boolean;
  end(): void;
}

/** For the page: a port through which a worker can ask for its turn, which it has until `end`. */
export function offerTurn(turns: ConcurrencyLimiter, signal: AbortSignal): Turn {
  const { port1, port2 } = new MessageChannel();
  let isAskedFor = false;
  let hasEnded = false;
  let giveBack = () => {};
  port1.onmessage = async () => {
    isAskedFor = true;
    giveBack = await turns.acquire(0, signal).catch(() => () => {});
    if (hasEnded) giveBack();
    else port1.postMessage(null);
  };
  const end = () => {
    hasEnded = true;
    port1.close();
    giveBack();
  };
  return { port: port2, wasAskedFor: () => isAskedFor, end };
}
