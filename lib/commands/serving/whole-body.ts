import { IncomingMessage, type RequestListener } from "node:http";
import { sessionCookieName } from "@/lib/accounts/session-tokens";
import { findViewer } from "@/lib/accounts/viewer";
import { log } from "@/lib/log";
import { type Refusal, refuse } from "./refusal";
import { Slots } from "./slots";

/** How much of a body is taken, and for how long it is waited. */
export interface BodyLimits {
  /** Up to here nobody waits, and nobody is asked who they are: forms without a session are shorter. */
  smallBytes: number;
  anonymousBytes: number;
  anonymousMs: number;
  /** How many larger ones are taken in at once, of all together. */
  anonymousAtOnce: number;
  /** From whoever has signed in: as next.config.js has it for actions. */
  bytes: number;
  ms: number;
  /** of each person */
  atOnce: number;
}

const MiB = 1024 * 1024;
export const bodyLimits: BodyLimits = {
  smallBytes: 64 * 1024,
  anonymousBytes: MiB,
  anonymousMs: 30_000,
  anonymousAtOnce: 8,
  bytes: 2 * MiB + 16 * 1024,
  ms: 300_000,
  atOnce: 4,
};

const firstBytes = 4 * 1024;
/** Each piece costs as much work as a large one: a body of so many that hold less than that on average is an attack. */
const manyPieces = 1000;
const pieceBytes = 100;

/**
 * Takes in the body of a form or an action before a page hears of it: Next holds up to 10 MB of every request, for as long as it
 * is unfinished, and does not ask who sends it. The API reads its own bodies as they come, of those who have a token; what is shared
 * while a browser has no service worker, which would have kept it, nobody reads.
 */
export function takingWholeBodies(handle: RequestListener, limits = bodyLimits): RequestListener {
  const slots = { anonymous: new Slots(limits.anonymousAtOnce), signedIn: new Slots(limits.atOnce) };
  return (request, response) => {
    const isReadElsewhere = request.url?.startsWith("/api/") || request.url === "/share";
    if (!hasBody(request) || isReadElsewhere) return handle(request, response);
    takeIn(request, limits, slots).then(
      (body) => handle(withBody(request, body), response),
      (refusal: Refusal | null) => {
        if (refusal === null) response.destroy();
        else refuse(refusal, response);
      },
    );
    return undefined;
  };
}

/** Resolves to the bytes of the body. Rejects with a Refusal, or with null where its sender has gone. */
function takeIn(
  request: IncomingMessage,
  limits: BodyLimits,
  slots: { anonymous: Slots; signedIn: Slots },
): Promise<Buffer> {
  /** grows, so that what is announced and never comes costs nothing */
  let held = Buffer.alloc(0);
  let bytes = 0;
  let pieces = 0;
  let maxBytes = limits.smallBytes;
  const announced = Number(request.headers["content-length"] ?? 0);

  return new Promise<Buffer>((resolve, reject) => {
    const whoever = new Sender(request);
    const late = setTimeout(async () => {
      if ((await whoever.viewerId()) === null) finish(requestTimeout);
    }, limits.anonymousMs);
    const tooLate = setTimeout(() => finish(requestTimeout), limits.ms);
    let leave = () => {};
    let isOver = false;

    request.on("data", take);
    request.once("end", () => finish(undefined));
    request.once("close", () => finish(null));
    request.once("error", () => finish(null));
    if (announced > maxBytes) void takeMore();

    function take(chunk: Buffer): void {
      if (isOver) return;
      pieces += 1;
      const needed = bytes + chunk.length;
      if (pieces > manyPieces && needed < pieces * pieceBytes) {
        finish(null);
        return;
      }
      if (needed > held.length) {
        const wanted = maxBytes > limits.smallBytes && announced > 0 ? announced : 2 * needed;
        // A copy: what came in small pieces would hold on to far larger buffers.
        const grown = Buffer.allocUnsafeSlow(Math.max(firstBytes, needed, Math.min(wanted, maxBytes)));
        held.copy(grown, 0, 0, bytes);
        held = grown;
      }
      chunk.copy(held, bytes);
      bytes = needed;
      if (bytes > maxBytes) void takeMore();
    }

    /** It is no small one: who sends it, and is there room? */
    async function takeMore(): Promise<void> {
      if (maxBytes > limits.smallBytes) {
        finish(tooLarge);
        return;
      }
      request.pause();
      const viewerId = await whoever.viewerId();
      maxBytes = viewerId === null ? limits.anonymousBytes : limits.bytes;
      if (Math.max(announced, bytes) > maxBytes) {
        finish(tooLarge);
        return;
      }
      leave = await (viewerId === null ? slots.anonymous.enter("") : slots.signedIn.enter(viewerId));
      if (isOver) leave();
      else request.resume();
    }

    /** @param end undefined: it has come whole */
    function finish(end: Refusal | null | undefined): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      clearTimeout(tooLate);
      request.off("data", take);
      leave();
      if (end === undefined) resolve(held.subarray(0, bytes));
      else {
        held = Buffer.alloc(0);
        reject(end);
      }
    }
  });
}

const tooLarge: Refusal = { status: 413, sentence: "This is more than Pail takes in one request." };
const requestTimeout: Refusal = { status: 408, sentence: "The request did not end in time. Send it again." };

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Whoever sends a request, who is asked once. */
class Sender {
  #viewerId: Promise<string | null> | undefined;

  constructor(private readonly request: IncomingMessage) {}

  /** null: they have not signed in */
  viewerId(): Promise<string | null> {
    this.#viewerId ??= this.#find();
    return this.#viewerId;
  }

  async #find(): Promise<string | null> {
    const name = `${sessionCookieName()}=`;
    const cookie = this.request.headers.cookie?.split(/; */).find((one) => one.startsWith(name));
    if (cookie === undefined) return null;
    try {
      return (await findViewer(decodeURIComponent(cookie.slice(name.length))))?.id ?? null;
    } catch (error) {
      if (!(error instanceof URIError))
        log.error({ err: error }, "it could not be found out who sends a form");
      return null;
    }
  }
}

/** The same request, all of which has come. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const whole = new IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  Object.assign(whole, { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor });
  whole.complete = true;
  whole.push(body);
  whole.push(null);
  return whole;
}
