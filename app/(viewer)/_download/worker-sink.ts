import { type Sink, SinkFailure } from "./sink";

/** In so much time a worker that is there answers, and the browser begins to take the download. */
const maxSilenceMs = 15_000;
/** Firefox ends a worker that hears nothing for half a minute. */
const stillThereEveryMs = 10_000;
/** A worker that answers, and has not so often, is gone: where it is not begun again, nobody says so. */
const maxUnanswered = 2;
/** The browser has taken over by then, and the frame may go. */
const frameKeptMs = 60_000;

/**
 * A download of the browser's own, whose bytes the service worker gets from this page, block by block, as the browser takes them:
 * app/_phone/service-worker.js is the other end. null where there is no worker, or it cannot do it.
 */
export async function openWorkerSink(fileName: string): Promise<Sink | null> {
  const worker = await findWorker();
  if (worker === null) return null;
  const path = `/downloads/${crypto.randomUUID()}`;
  const { port1: port, port2: others } = new MessageChannel();
  const end = new AbortController();
  const gone = new AbortController();
  const flow = new Flow();
  let timer: ReturnType<typeof setInterval> | undefined;
  // The worker of an earlier build does not.
  let answers = false;
  let unanswered = 0;
  port.onmessage = ({ data }) => {
    if (data === "ready") flow.ready();
    if (data === "pull") flow.pulled();
    if (data === "cancel") flow.stop();
    if (data === "here") answers = true;
    // Whatever it says, it is there.
    unanswered = 0;
  };
  // A worker that was ended and begun again knows nothing of it.
  navigator.serviceWorker.addEventListener(
    "message",
    ({ data }) => data?.type === "download-lost" && data.path === path && flow.stop(),
    { signal: end.signal },
  );
  // The worker, too, asks for the lock of this name, and has it once this page is gone.
  await holdLock(path, "exclusive", gone.signal);
  worker.postMessage({ type: "download", path, name: fileName }, [others]);
  if (!(await flow.isReady(maxSilenceMs))) return close(null);
  const frame = frameOf(path);
  if (!(await flow.isPulled(maxSilenceMs))) {
    frame.remove();
    return close(null);
  }
  const say = () => {
    if (answers && unanswered >= maxUnanswered) flow.stop();
    unanswered += 1;
    worker.postMessage({ type: "still-there", path });
  };
  say();
  timer = setInterval(say, stillThereEveryMs);
  void holdLock("pail-download", "shared", end.signal);

  function close<T>(value: T): T {
    end.abort();
    clearInterval(timer);
    setTimeout(() => port.close(), 1000);
    setTimeout(() => gone.abort(), frameKeptMs);
    return value;
  }
  const finish = async (message: "close" | "abort") => {
    port.postMessage(message);
    close(null);
    setTimeout(() => frame.remove(), frameKeptMs);
  };
  return {
    async write(block) {
      await flow.pull();
      port.postMessage(block, [block.buffer]);
    },
    async close() {
      await flow.pull();
      await finish("close");
    },
    abort: () => finish("abort"),
  };
}

/** What the browser has asked for. */
class Flow {
  private credit = 0;
  private isStopped = false;
  private isThere = false;
  private wake = () => {};

  ready(): void {
    this.isThere = true;
    this.wake();
  }

  pulled(): void {
    this.credit += 1;
    this.wake();
  }

  stop(): void {
    this.isStopped = true;
    this.wake();
  }

  isReady(withinMs: number): Promise<boolean> {
    return this.until(() => this.isThere, withinMs);
  }

  isPulled(withinMs: number): Promise<boolean> {
    return this.until(() => this.credit > 0, withinMs);
  }

  /** Takes one. Throws SinkFailure where the browser takes no more. */
  async pull(): Promise<void> {
    await this.until(() => this.credit > 0, null);
    this.credit -= 1;
  }

  private async until(isSo: () => boolean, withinMs: number | null): Promise<boolean> {
    let isLate = false;
    const timer =
      withinMs === null
        ? undefined
        : setTimeout(() => {
            isLate = true;
            this.wake();
          }, withinMs);
    while (!isSo() && !isLate) {
      if (this.isStopped) throw new SinkFailure("browser_stopped");
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    clearTimeout(timer);
    return isSo();
  }
}

/** The one that is registered: it may have come after this page. */
async function findWorker(): Promise<ServiceWorker | null> {
  if (!("serviceWorker" in navigator)) return null;
  const registration = await navigator.serviceWorker.getRegistration("/");
  if (registration === undefined) return null;
  if (registration.active !== null) return registration.active;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), maxSilenceMs));
  return Promise.race([navigator.serviceWorker.ready.then(({ active }) => active), late]);
}

/** A link that is followed would leave the page where nothing answers, and ask first where pictures are being sent. */
function frameOf(path: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = path;
  document.body.append(frame);
  return frame;
}

/** As long as “pail-download” is held, the worker of another build does not take over. Resolves once the lock is held. */
function holdLock(name: string, mode: LockMode, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve();
      return new Promise<void>((release) => over.addEventListener("abort", () => release()));
    };
    navigator.locks.request(name, { mode }, hold).catch(reject);
  });
}
