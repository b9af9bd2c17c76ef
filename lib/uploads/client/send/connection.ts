import { type Clock, sleep, systemClock } from "../clock";
import { isLeaving } from "./leaving";

/** Whether Pail can be reached, and when something may have changed for the better. */
export interface Connection {
  isOnline(): Promise<boolean>;
  /** Returns how to stop listening. */
  onOnline(listener: () => void): () => void;
  /** The person came back to this page, perhaps from signing in on another. Returns how to stop listening. */
  onReturn(listener: () => void): () => void;
  /** Whether this page may be about to go: what fails then says nothing. See "Pages that are left" in lib/uploads/README.md. */
  isLeaving(): boolean;
}

interface AppConnectionOptions {
  clock: Clock;
  random: () => number;
  /** Never rejects. */
  doesPailAnswer(): Promise<boolean>;
  /** The browser's sign of a network, which is none of Pail. */
  onNetwork(listener: () => void): () => void;
  onReturn(listener: () => void): () => void;
  isLeaving(): boolean;
}

const firstWaitMs = 1000;
const maxWaitMs = 30_000;

/**
 * Asks Pail itself: a browser on a train's network believes to be online, and so does one whose server is being restarted.
 * While somebody waits it is asked again, ever more seldom. See "Being offline" in lib/uploads/README.md.
 */
export class AppConnection implements Connection {
  readonly #listeners = new Set<() => void>();
  #answer: Promise<boolean> | null = null;
  #isWatching = false;

  constructor(private readonly options: AppConnectionOptions) {}

  isOnline(): Promise<boolean> {
    this.#answer ??= this.options.doesPailAnswer().finally(() => {
      this.#answer = null;
    });
    return this.#answer;
  }

  onOnline(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isWatching) void this.#watch();
    return () => this.#listeners.delete(listener);
  }

  onReturn(listener: () => void): () => void {
    return this.options.onReturn(listener);
  }

  isLeaving(): boolean {
    return this.options.isLeaving();
  }

  async #watch(): Promise<void> {
    const { clock, random, onNetwork } = this.options;
    this.#isWatching = true;
    for (let waitMs = firstWaitMs; this.#listeners.size > 0; waitMs = Math.min(maxWaitMs, 2 * waitMs)) {
      // Spread, so that not all pages of a server that was restarted ask at once.
      await sleep(clock, waitMs * (0.5 + random() / 2), never, onNetwork);
      if (this.#listeners.size > 0 && (await this.isOnline()))
        for (const tell of [...this.#listeners]) tell();
    }
    this.#isWatching = false;
  }
}

const never = new AbortController().signal;

/** For programs, which nobody watches: they give up after their tries. */
export const alwaysOnline: Connection = {
  isOnline: async () => true,
  onOnline: () => () => {},
  onReturn: () => () => {},
  isLeaving: () => false,
};

export const browserConnection: Connection = new AppConnection({
  clock: systemClock,
  random: Math.random,
  doesPailAnswer: async () => navigator.onLine && (await answersAsPail("/healthz")),
  onNetwork: (listener) => listen("online", listener),
  onReturn: (listener) => listen("focus", listener),
  isLeaving,
});

const answerMs = 10_000;

/** Also where it says that it is not well; but not where somebody else answers: a proxy before it, a train's sign-in page. */
async function answersAsPail(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(answerMs) });
    const health: { database?: unknown } = await response.json();
    return health.database !== undefined;
  } catch {
    return false;
  }
}

function listen(event: "online" | "focus", listener: () => void): () => void {
  window.addEventListener(event, listener);
  return () => window.removeEventListener(event, listener);
}
