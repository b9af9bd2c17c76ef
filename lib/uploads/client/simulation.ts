import type { Result } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import { byKind, variantKinds } from "@/lib/images/variants";
import {
  type BeginOutcome,
  type ConfirmOutcome,
  type ImageOffer,
  maxBytesAtOnce,
  type ObjectOffer,
  objectKinds,
  type PartsGrant,
  type PostForm,
  partsOf,
  type Refusal,
} from "@/lib/uploads/contract";
import { unlessAborted } from "./claims";
import { type Clock, sleep } from "./clock";
import type { Journal, Left, Progress } from "./journal";
import type { Preparer } from "./prepare";
import type { PreparedImage } from "./prepared-image";
import type { SendFailure, SendObject } from "./send-object";
import { createUploadQueue, type UploadQueue, type UploadQueueOptions } from "./upload-queue";
import type { UploadServer } from "./upload-server";

/** For tests: a clock that jumps from timer to timer, and a world on it that fails on demand. */
export class SimulatedClock implements Clock {
  #nowMs = 0;
  #timers = new Map<object, { run: () => void; at: number }>();

  now = () => this.#nowMs;

  setTimeout(run: () => void, ms: number): unknown {
    const timer = {};
    this.#timers.set(timer, { run, at: this.#nowMs + ms });
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as object);
  }

  /** Lets everything happen that happens until then; Infinity: until nothing happens any more. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    for (;;) {
      await settled();
      const next = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.#nowMs = next[1].at;
      next[1].run();
    }
    if (Number.isFinite(until)) this.#nowMs = until;
  }
}

/** All promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const partsPerGrant = 4;
const never = new AbortController().signal;

export type ServerFault =
  | "throws"
  | "loses_answer"
  /** neither this call nor any later one is answered, until somebody hangs up */
  | "silent"
  | "rate_limited"
  | "unavailable"
  | "unauthenticated"
  | "other_viewer"
  | "outdated"
  | "quota_full";
export type BucketFault =
  | "network"
  | "busy"
  | "slow_down"
  | "broken"
  | "expired"
  | "stall"
  | "half"
  | "forbidden"
  | "expired_token"
  | "skewed"
  | "full"
  | "no_forms";

/** Server and bucket. Faults are taken one per call, in order; when there are none left, all goes well. */
export class SimulatedWorld {
  serverFaults: (ServerFault | null)[] = [];
  bucketFaults: (BucketFault | null)[] = [];
  retryAfterSeconds: number | null = null;
  isOnline = true;
  begins: ImageOffer[][] = [];
  confirms: string[][] = [];
  abandoned: string[] = [];
  refusals: Refusal[] = [];
  /** what was put again although it had arrived */
  sentTwice: string[] = [];
  /** POSTs under way, and the most there ever were at a time. */
  sending = 0;
  mostSending = 0;
  prepared = 0;
  /** "upload kind" of every POST that the bucket took */
  taken: string[] = [];
  refuse = new Map<string, BeginOutcome>();
  confirmRefusal: ConfirmOutcome | null = null;
  readonly images = new Map<string, GalleryImage>();
  /** titles of pictures, by album */
  readonly albums = new Map<string, Set<string>>();
  #block: ServerFault | null = null;
  #silence: AbortController | null = null;
  readonly #uploads = new Map<string, { offer: ImageOffer; arrived: Set<string> }>();
  readonly #onlineListeners = new Set<() => void>();
  readonly #returnListeners = new Set<() => void>();

  constructor(
    readonly clock: SimulatedClock,
    private readonly actionMs = 50,
    private readonly sendMs = 300,
  ) {}

  /** That of a page in this world. */
  openQueue(options: Partial<UploadQueueOptions> = {}): UploadQueue {
    const { server, preparer, send, connection, clock } = this;
    return createUploadQueue({
      ...{ server, preparer, send, connection, clock, random: () => 0.5 },
      ...options,
    });
  }

  readonly connection = {
    isOnline: async () => this.isOnline,
    onOnline: (listener: () => void) => {
      this.#onlineListeners.add(listener);
      return () => this.#onlineListeners.delete(listener);
    },
    onReturn: (listener: () => void) => {
      this.#returnListeners.add(listener);
      return () => this.#returnListeners.delete(listener);
    },
  };

  /** Until `comeBack`, every call to the server is answered so. */
  block(fault: "unauthenticated" | "other_viewer" | "outdated"): void {
    this.#block = fault;
  }

  comeBack(): void {
    this.#block = null;
    for (const listener of this.#returnListeners) listener();
  }

  goOnline(): void {
    this.isOnline = true;
    for (const listener of this.#onlineListeners) listener();
  }

  readonly server: UploadServer = {
    begin: (offers) => {
      this.begins.push(offers);
      return this.#act(() => offers.map((offer) => this.#begin(offer)));
    },
    confirm: (uploadIds) => {
      this.confirms.push(uploadIds);
      return this.#act(() => uploadIds.map((id) => this.confirmRefusal ?? this.#confirm(id)));
    },
    abandon: async (uploadIds) => {
      await sleep(this.clock, this.actionMs, never);
      this.abandoned.push(...uploadIds);
      for (const id of uploadIds) this.#uploads.delete(id);
    },
    addToAlbum: ({ name, imageIds }) =>
      this.#act(() => {
        const album = this.albums.get(name) ?? new Set();
        this.albums.set(name, album);
        for (const { id, title } of this.images.values()) if (imageIds.includes(id)) album.add(title);
      }),
    reportRefusal: (refusal) => {
      this.refusals.push(refusal);
      return this.#act(() => `number-${this.refusals.length}`);
    },
    hangUp: () => {
      this.#silence?.abort(new TypeError("Failed to fetch"));
      this.#silence = null;
    },
  };

  async #act<T>(work: () => T): Promise<Result<T>> {
    const fault = this.#block ?? this.serverFaults.shift() ?? null;
    await sleep(this.clock, this.actionMs, never);
    if (fault === "silent") this.#silence ??= new AbortController();
    if (this.#silence !== null) await unlessAborted(new Promise(() => {}), this.#silence.signal);
    if (fault === "throws" || !this.isOnline) throw new TypeError("Failed to fetch");
    if (fault !== null && fault !== "loses_answer") {
      return { ok: false, error: { code: fault, message: `because of ${fault}` } };
    }
    const value = work();
    if (fault === "loses_answer") throw new TypeError("Failed to fetch");
    return { ok: true, value };
  }

  #begin(offer: ImageOffer): BeginOutcome {
    const image = this.images.get(offer.original.sha256);
    if (image !== undefined) return { status: "duplicate", image };
    const refusal = this.refuse.get(offer.name);
    if (refusal !== undefined) return refusal;
    const uploadId = offer.uploadId ?? `granted-${this.#uploads.size + this.abandoned.length + 1}`;
    const renewed = this.#uploads.get(uploadId);
    if (renewed === undefined) this.#uploads.set(uploadId, { offer, arrived: new Set() });
    const form = (kind: string): PostForm => ({
      url: "https://bucket.test",
      fields: { key: `${uploadId} ${kind}` },
    });
    return {
      status: "granted",
      uploadId,
      forms: byKind(objectKinds, form),
      ...(offer.original.parts && { parts: this.#grantParts(uploadId, offer.original) }),
      ...(renewed && { arrived: objectKinds.filter((kind) => renewed.arrived.has(kind)) }),
    };
  }

  #grantParts(uploadId: string, { bytes, parts = [] }: ObjectOffer): PartsGrant {
    const arrived = this.#uploads.get(uploadId)?.arrived;
    const missing = partsOf(bytes).filter(({ number }) => !arrived?.has(`part-${number}`));
    if (parts.length !== partsOf(bytes).length) throw new Error("a part's hash is missing");
    return {
      missing: missing
        .slice(0, partsPerGrant)
        .map(({ number }) => ({ number, url: `${uploadId} part-${number}`, headers: {} })),
      arrivedBytes: missing.reduce((rest, { start, end }) => rest - (end - start), bytes),
      hasMore: missing.length > partsPerGrant,
    };
  }

  #confirm(id: string): ConfirmOutcome {
    const upload = this.#uploads.get(id);
    const wanted = variantKinds.length + (upload?.offer.original.parts?.length ?? 1);
    if (upload === undefined || upload.arrived.size < wanted) {
      return { status: "refused", error: { code: "not_arrived", message: "Its bytes never came." } };
    }
    const { name, original } = upload.offer;
    const image = this.images.get(original.sha256);
    if (image !== undefined) return { status: image.id === id ? "ready" : "duplicate", image };
    const created = imageOf(id, name);
    this.images.set(original.sha256, created);
    return { status: "ready", image: created };
  }

  readonly send: SendObject = async (target, blob, { onProgress, signal }) => {
    const fault = this.bucketFaults.shift() ?? null;
    this.sending += 1;
    this.mostSending = Math.max(this.mostSending, this.sending);
    try {
      await sleep(this.clock, this.sendMs / 2, signal);
      onProgress(blob.size / 2);
      if (fault === "stall") await sleep(this.clock, 1e9, signal);
      await sleep(this.clock, this.sendMs / 2, signal);
      if (!this.isOnline) return failure(0, "network");
      if (fault !== null) return this.#failureOf(fault);
      const [uploadId = "", what = ""] =
        ("fields" in target ? target.fields.key : target.url)?.split(" ") ?? [];
      const upload = this.#uploads.get(uploadId);
      if (upload?.arrived.has(what)) this.sentTwice.push(what);
      upload?.arrived.add(what);
      this.taken.push(`${uploadId} ${what}`);
      return { ok: true };
    } finally {
      this.sending -= 1;
    }
  };

  #failureOf(fault: BucketFault): SendFailure {
    const { retryAfterSeconds } = this;
    switch (fault) {
      case "busy":
        return { ...failure(429, "TooManyRequests"), retryAfterSeconds };
      case "slow_down":
        return { ...failure(503, "SlowDown"), retryAfterSeconds };
      case "broken":
        return failure(500, "InternalError");
      case "expired":
        return failure(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
      case "expired_token":
        return failure(400, "ExpiredToken", "The provided token has expired.");
      case "skewed":
        return failure(403, "RequestTimeTooSkewed");
      case "full":
        return failure(507, "InsufficientStorage");
      case "no_forms":
        return failure(501, "NotImplemented");
      case "forbidden":
        return failure(403, "AccessDenied", "Invalid according to Policy.");
      default:
        return failure(0, "network");
    }
  }

  /** The content of a simulated file is its hash. */
  readonly preparer: Preparer = {
    concurrency: 2,
    prepare: async (file, signal) => {
      await sleep(this.clock, 100, signal);
      this.prepared += 1;
      return preparedImage(file, await file.slice(0, 100).text());
    },
  };
}

/** Outlives the queues of its pages. Of some files a later page finds the bytes, the others have to be chosen again. */
export class SimulatedJournal implements Journal {
  readonly rows = new Map<string, { file: File; isKept: boolean; progress: Progress }>();

  constructor(private readonly keeps: (file: File) => boolean = () => true) {}

  left = async (): Promise<Left[]> =>
    [...this.rows].map(([id, { file, isKept, progress }]) => {
      const { name, size: bytes, lastModified } = file;
      const open = isKept ? async () => file : null;
      return { id, name, bytes, lastModified, open, asksPermission: false, ...progress };
    });

  add = (id: string, file: File, progress: Progress): void => {
    this.rows.set(id, { file, isKept: this.keeps(file), progress });
  };

  note = (id: string, progress: Progress): void => {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, progress });
  };

  forget = (id: string): void => {
    this.rows.delete(id);
  };
}

function failure(status: number, code: string, message = ""): SendFailure {
  return { ok: false, status, code, message, requestId: "R1", retryAfterSeconds: null };
}

function preparedImage(file: File, sha256: string): PreparedImage {
  const variant = (bytes: number) => ({
    ...{ type: "image/webp" as const, bytes, sha256: `${sha256} ${bytes}` },
    blob: new Blob([new Uint8Array(bytes)]),
  });
  return {
    original: {
      ...{ type: "image/jpeg", bytes: file.size, sha256, blob: file },
      ...(file.size > maxBytesAtOnce && { parts: partsOf(file.size).map(({ number }) => `${number}`) }),
    },
    ...byKind(variantKinds, (kind) => variant(10 * (variantKinds.indexOf(kind) + 1))),
    thumbhash: "",
  };
}

function imageOf(id: string, title: string): GalleryImage {
  return {
    id,
    title,
    width: 4,
    height: 3,
    placeholder: { colour: "gray", thumbhash: "" },
    thumbUrl: `https://bucket.test/${id}`,
    capturedAt: 0,
  };
}
