import type { Result } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import { byKind, variantKinds } from "@/lib/images/variants";
import type { UploadServer } from "@/lib/uploads/client/calls/upload-server";
import { sleep } from "@/lib/uploads/client/clock";
import type { Preparer } from "@/lib/uploads/client/prepare/preparer";
import { PageQueue, type PageQueueOptions } from "@/lib/uploads/client/queue/page-queue";
import { unlessAborted } from "@/lib/uploads/client/queue/single-flight";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import type { SendObject } from "@/lib/uploads/client/send/send-object";
import {
  type BeginOutcome,
  type ConfirmOutcome,
  type ImageOffer,
  type ObjectGrant,
  type ObjectKind,
  type ObjectOffer,
  objectKinds,
  type PartsGrant,
  partsOf,
  type Refusal,
  type Reported,
  sha256Alone,
  type WantedDigests,
} from "@/lib/uploads/contract";
import { type BucketFault, failure, failureOf } from "./bucket-faults";
import type { SimulatedClock } from "./simulated-clock";
import { imageOf, preparedImage } from "./simulated-pictures";

const partsPerGrant = 4;
const never = new AbortController().signal;

export type ServerFault =
  | "throws"
  | "loses_answer"
  /** neither this call nor any later one is answered, until the calls are aborted */
  | "silent"
  | "rate_limited"
  | "unavailable"
  | "unauthenticated"
  | "other_viewer"
  | "outdated"
  | "quota_full";

/** For tests: server and bucket. Faults are taken one per call, in order; when there are none left, all goes well. */
export class SimulatedWorld {
  serverFaults: (ServerFault | null)[] = [];
  bucketFaults: (BucketFault | null)[] = [];
  retryAfterSeconds: number | null = null;
  isOnline = true;
  /** Somebody leaves the page, which is not gone yet: its files cannot be read any more. */
  isLeaving = false;
  begins: ImageOffer[][] = [];
  confirms: string[][] = [];
  pings = 0;
  abandoned: string[] = [];
  refusals: Refusal[] = [];
  /** how the store is sent to; it answers 501 to the other way, and to what lacks the digests that it wants */
  store: { upload: ObjectGrant["method"]; digests: WantedDigests } = { upload: "POST", digests: sha256Alone };
  /** what was put again although it had arrived */
  sentTwice: string[] = [];
  /** POSTs under way, and the most there ever were at a time. */
  sending = 0;
  mostSending = 0;
  prepared = 0;
  /** "upload kind" of every POST that the bucket took */
  taken: string[] = [];
  refuse = new Map<string, BeginOutcome>();
  /** how long the forms of a grant can be used */
  formSeconds = 15 * 60;
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
  openQueue(options: Partial<PageQueueOptions> = {}): UploadQueue {
    const { server, preparer, send, connection, clock } = this;
    return new PageQueue({
      server,
      preparer,
      send,
      connection,
      clock,
      random: () => 0.5,
      ...options,
    });
  }

  readonly connection = {
    isOnline: async () => this.isOnline,
    isLeaving: () => this.isLeaving,
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
    ping: () => {
      this.pings += 1;
      return this.#act(() => null);
    },
    abandon: async (uploadIds) => {
      await sleep(this.clock, this.actionMs, never);
      this.abandoned.push(...uploadIds);
      for (const id of uploadIds) this.#uploads.delete(id);
    },
    addToAlbum: ({ id, name: wished, imageIds }) =>
      this.#act(() => {
        // One that is meant by its id is under that: its name may have changed.
        const name = id ?? wished;
        const album = this.albums.get(name) ?? new Set();
        this.albums.set(name, album);
        for (const { id, title } of this.images.values()) if (imageIds.includes(id)) album.add(title);
      }),
    reportRefusal: (refusal) => {
      this.refusals.push(refusal);
      return this.#act(() => this.#report(refusal));
    },
    abortCalls: () => {
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
    if (fault !== null && fault !== "loses_answer" && fault !== "silent") {
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
    const { digests } = this.store;
    const lacks = digests.object === "md5" && objectKinds.some((kind) => offer[kind].md5 === undefined);
    const { parts, partDigest = "sha256" } = offer.original;
    if (lacks || (parts && digests.part !== "none" && partDigest !== digests.part)) {
      const error = {
        code: "digest_missing",
        message: "Another digest is wanted.",
        values: digests,
      } as const;
      return { status: "refused", error };
    }
    const uploadId = offer.uploadId ?? `granted-${this.#uploads.size + this.abandoned.length + 1}`;
    const renewed = this.#uploads.get(uploadId);
    if (renewed === undefined) this.#uploads.set(uploadId, { offer, arrived: new Set() });
    const grant = (kind: ObjectKind): ObjectGrant => {
      const key = `${uploadId} ${kind}`;
      if (this.store.upload === "POST")
        return { method: "POST", url: "https://bucket.test", fields: { key } };
      const headers = { "if-none-match": "*", [digests.object]: offer[kind][digests.object] ?? "" };
      return { method: "PUT", url: key, headers };
    };
    return {
      status: "granted",
      uploadId,
      expiresInSeconds: this.formSeconds,
      grants: byKind(objectKinds, grant),
      ...(parts && digests.part !== "none" && { parts: this.#grantParts(uploadId, offer.original) }),
      ...(renewed && { arrived: objectKinds.filter((kind) => renewed.arrived.has(kind)) }),
    };
  }

  #grantParts(uploadId: string, { bytes, parts = [] }: ObjectOffer): PartsGrant {
    const arrived = this.#uploads.get(uploadId)?.arrived;
    const missing = partsOf(bytes).filter(({ number }) => !arrived?.has(`part-${number}`));
    if (parts.length !== partsOf(bytes).length) throw new Error("a part's hash is missing");
    return {
      missing: missing.slice(0, partsPerGrant).map(({ number }) => ({
        ...{ number, method: "PUT", url: `${uploadId} part-${number}` },
        headers: { [this.store.digests.part]: parts[number - 1] ?? "" },
      })),
      arrivedBytes: missing.reduce((rest, { start, end }) => rest - (end - start), bytes),
      hasMore: missing.length > partsPerGrant,
    };
  }

  #confirm(id: string): ConfirmOutcome {
    const upload = this.#uploads.get(id);
    const ofParts = partsOf(upload?.offer.original.bytes ?? 0).map(({ number }) => `part-${number}`);
    const has = (what: string) => upload?.arrived.has(what) ?? false;
    const isThere = variantKinds.every(has) && (has("original") || ofParts.every(has));
    if (upload === undefined || !isThere) {
      return { status: "refused", error: { code: "not_arrived", message: "Its bytes never came." } };
    }
    const { name, original } = upload.offer;
    const image = this.images.get(original.sha256);
    if (image !== undefined) return { status: image.id === id ? "ready" : "duplicate", image };
    const created = imageOf(id, name);
    this.images.set(original.sha256, created);
    return { status: "ready", image: created };
  }

  /** Whether a fresh grant would be another one. */
  #report(refusal: Refusal): Reported {
    const { upload, digests } = this.store;
    const isPart = refusal.method === "PUT" && refusal.part !== undefined;
    const isOther = isPart
      ? refusal.headers[digests.part] === undefined
      : refusal.method !== upload ||
        (refusal.method === "PUT" && refusal.headers[digests.object] === undefined);
    return { incident: `number-${this.refusals.length}`, isRenewable: isOther };
  }

  readonly send: SendObject = async (grant, blob, { onProgress, signal }) => {
    const fault = this.bucketFaults.shift() ?? null;
    this.sending += 1;
    this.mostSending = Math.max(this.mostSending, this.sending);
    try {
      await sleep(this.clock, this.sendMs / 2, signal);
      onProgress(blob.size / 2);
      if (fault === "stall") await sleep(this.clock, 1e9, signal);
      await sleep(this.clock, this.sendMs / 2, signal);
      if (!this.isOnline) return failure(0, "network");
      if (fault !== null && fault !== "unheard") return failureOf(fault, this.retryAfterSeconds);
      const key = grant.method === "POST" ? grant.fields.key : grant.url;
      const [uploadId = "", what = ""] = key?.split(" ") ?? [];
      if (!this.#takes(grant, what)) return failure(501, "NotImplemented");
      const upload = this.#uploads.get(uploadId);
      const isThere = upload?.arrived.has(what) ?? false;
      if (isThere && grant.method === "PUT" && "if-none-match" in grant.headers)
        return failure(412, "PreconditionFailed");
      if (isThere) this.sentTwice.push(what);
      upload?.arrived.add(what);
      this.taken.push(`${uploadId} ${what}`);
      return fault === "unheard" ? failure(0, "network") : { status: "sent" };
    } finally {
      this.sending -= 1;
    }
  };

  #takes(grant: ObjectGrant, what: string): boolean {
    const { upload, digests } = this.store;
    if (what.startsWith("part-")) return grant.method === "PUT" && digests.part in grant.headers;
    if (grant.method !== upload) return false;
    return grant.method === "POST" || digests.object in grant.headers;
  }

  /** The content of a simulated file is its hash. */
  readonly preparer: Preparer = {
    concurrency: 2,
    prepare: async (file, signal, { digests, prepared, tell } = { digests: sha256Alone }) => {
      await sleep(this.clock, 50, signal);
      tell?.({ step: "decoding", share: null });
      await sleep(this.clock, 50, signal);
      if (prepared === undefined) this.prepared += 1;
      return preparedImage(file, await file.slice(0, 100).text(), digests);
    },
  };
}
