import type { GalleryImage, PictureSize, Timeline } from "@/lib/images/contract";
import { type Anchor, anchorOf, topOfAnchor } from "./anchor";
import { FetchQueue } from "./fetch-queue";
import { type Frame, frameOf } from "./frame";
import { Geometry } from "./geometry";
import type { PictureList } from "./picture-list";
import { type Chunk, isWhole, offsetOf, Pictures, type Section } from "./pictures";
import type { Shape } from "./rows";
import { ScrollScale } from "./scroll-scale";
import { Source } from "./source";

/** So many chunks of pictures are kept; of more, those furthest away are forgotten. */
const maxChunksKept = 40;
/** Scrolling has ended when nothing has moved for so long; where the browser does not say so itself. */
const restMs = 150;
/** While one flings through the pictures, what flies by is not fetched. */
const flingPixelsPerMs = 5;
const flingDelayMs = 120;
/** What changes meanwhile is asked for together. */
const refreshDelayMs = 1500;

export interface LiveOptions {
  /** null where all of its pictures are here */
  address: string | null;
  /** whose album it is; null where it is none */
  album: string | null;
  /** Whether what is added in this tab belongs here. */
  takesAdded: boolean;
}

interface Changes {
  added: ReadonlyMap<string, GalleryImage>;
  removed: ReadonlySet<string>;
  version: number;
}

/** A timeline in a page: what is seen of it, what is fetched for it, and the same place kept whatever changes. */
export class LiveTimeline implements PictureList {
  readonly album: string | null;
  readonly order: Timeline["order"];
  pictures: Pictures;
  geometry: Geometry | null = null;
  frame: Frame | null = null;
  isFailing = false;
  /** what is seen at the top of the window, from the top of all pictures */
  seen = 0;
  private view = 0;
  private shape: Shape | null = null;
  private version = 0;
  private readonly scale = new ScrollScale();
  private readonly source: Source | null;
  private readonly queue: FetchQueue<{ section: Section; chunk: Chunk }>;
  private readonly loads = new Map<Chunk, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly scrollListeners = new Set<() => void>();
  private list: HTMLElement | null = null;
  /** Where the page is to be scrolled once the frame is in the document. */
  private scrollTop: number | null = null;
  /** What is to get the focus then. */
  private focus: { id: string; index: number } | null = null;
  private pinnedId: string | null = null;
  private returning: Anchor | null = null;
  private isScrolling = false;
  private isTouched = false;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private lastScroll = { seen: 0, at: 0 };
  private adopted: Timeline;
  private readonly takenIn = new WeakSet<GalleryImage>();
  private readonly takenOut = new Set<string>();
  private changesVersion: number | null = null;

  constructor(
    first: Timeline,
    private readonly options: LiveOptions,
  ) {
    this.album = options.album;
    this.order = first.order;
    this.adopted = first;
    this.pictures = new Pictures(first.order, first.sections, first.first);
    this.source = options.address === null ? null : new Source(options.address, first.order);
    this.queue = new FetchQueue(
      ({ section, chunk }, signal) => this.fetchChunk(section, chunk, signal),
      (isFailing) => {
        this.isFailing = isFailing;
        this.changed();
      },
    );
  }

  // ── as a list of pictures ─────────────────────────────────────────────────────────────────────────────────────

  count = (): number => this.pictures.total;
  indexOf = (id: string): number | null => this.pictures.indexOf(id);
  at = (index: number): GalleryImage | null => this.pictures.at(index);

  async load(index: number): Promise<GalleryImage | null> {
    const place = this.pictures.placeOf(index);
    if (place === null) return null;
    if (this.at(index) === null) await this.loadChunk(place.section, place.chunk);
    return this.at(index);
  }

  between(from: number, to: number): Promise<PictureSize[]> {
    const [first, last] = [Math.max(0, Math.min(from, to)), Math.min(this.count() - 1, Math.max(from, to))];
    const here: PictureSize[] = [];
    for (let index = first; index <= last; index += 1) {
      const image = this.at(index);
      if (image === null) return this.source?.sizes(first, last) ?? Promise.resolve(here);
      here.push({ id: image.id, bytes: image.bytes });
    }
    return Promise.resolve(here);
  }

  show(index: number): void {
    void this.showLoaded(index);
  }

  /** The index of the picture above or below another: in the next row, or so many pixels further; its own at either end. */
  indexBeside(index: number, pixels: number): number {
    const place = this.pictures.placeOf(index);
    const box = place && this.geometry?.boxOfPlace(place);
    if (!box) return index;
    const isBelow = pixels > 0;
    const [edge, step] = isBelow
      ? [box.top + box.height, Math.max(0, pixels - box.height)]
      : [box.top, pixels];
    const middle = box.start + box.width / 2;
    const found = this.geometry?.indexBeyond(edge + step, isBelow, middle) ?? null;
    if (found !== null) return found;
    return Math.abs(pixels) <= 1 ? index : isBelow ? this.count() - 1 : 0;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Is called with every step of scrolling. */
  onScrolled = (listener: () => void): (() => void) => {
    this.scrollListeners.add(listener);
    return () => this.scrollListeners.delete(listener);
  };

  // ── in the document ───────────────────────────────────────────────────────────────────────────────────────────

  /** Shows it in this element, as large as `resize` says. Returns what ends that. */
  attach(list: HTMLElement): () => void {
    this.list = list;
    this.isScrolling = false;
    this.returning = null;
    if (this.geometry !== null) this.seen = this.scrolledTo();
    const stop = new AbortController();
    const listen = { passive: true, signal: stop.signal };
    window.addEventListener("scroll", this.onScroll, listen);
    window.addEventListener("scrollend", this.onRest, listen);
    window.addEventListener("touchstart", () => (this.isTouched = true), listen);
    for (const end of ["touchend", "touchcancel"])
      window.addEventListener(
        end,
        (event) => {
          this.isTouched = (event as TouchEvent).touches.length > 0;
          this.restSoon();
        },
        listen,
      );
    window.addEventListener("online", () => this.queue.retry(), listen);
    return () => {
      stop.abort();
      this.list = null;
      this.queue.stop();
      clearTimeout(this.restTimer);
      clearTimeout(this.refreshTimer);
    };
  }

  /** Lays everything out for this size, if it is another. What is seen stays. */
  resize(next: Shape, view: number): void {
    if (next.width <= 0 || next.rowHeight <= 0) return;
    const { shape } = this;
    const isSame =
      shape?.width === next.width &&
      shape.rowHeight === next.rowHeight &&
      shape.leastMonthWidth === next.leastMonthWidth;
    if (isSame && this.view === view) return;
    this.keepingPlace(() => {
      this.view = view;
      if (!isSame) this.shape = next;
    });
  }

  /** After the frame is in the document: the page is scrolled to where it belongs to, and gives the focus. */
  settle(): void {
    if (this.list === null || this.frame === null) return;
    if (this.scrollTop !== null) {
      const step = this.scrollTop - this.scrolledTo();
      if (Math.abs(step) >= 1) window.scrollBy({ top: step, behavior: "instant" });
      this.scale.last = this.scrolledTo();
      this.scrollTop = null;
      this.seen = this.scale.last + this.scale.shift;
    }
    this.giveFocus(this.list);
  }

  private giveFocus(list: HTMLElement): void {
    if (this.focus === null) return;
    const { id, index } = this.focus;
    const link = list.querySelector<HTMLElement>(`[data-id="${id}"] a`);
    const [known, next] = [this.indexOf(id), this.at(Math.min(index, this.count() - 1))];
    if (link !== null) {
      this.focus = null;
      link.focus({ preventScroll: true });
    } else if (known === null && next !== null) {
      // It has gone meanwhile: what came into its place has the focus.
      this.focus = { id: next.id, index };
      this.pinnedId = next.id;
      this.render();
    }
  }

  /** Lets this be at the top of the window. */
  scrollTo(seen: number): void {
    if (this.geometry === null) return;
    this.returning = null;
    this.seen = Math.min(Math.max(seen, 0), Math.max(0, this.geometry.height - this.view));
    this.isScrolling = false;
    this.rest();
    this.fetchNear(flingDelayMs);
  }

  /** What has the focus stays in the document; null for nothing. */
  pin(id: string | null): void {
    this.pinnedId = id;
  }

  get pinned(): string | null {
    return this.pinnedId;
  }

  /** Goes back to where somebody was, who may have had the focus on a picture. */
  returnTo(anchor: Anchor | null, focus: { id: string; index: number } | null): void {
    this.returning = anchor;
    this.focus = focus;
    this.pinnedId = focus?.id ?? null;
    this.keepingPlace(() => {});
  }

  /** Where one is, to return to; null at the very top. */
  place(): Anchor | null {
    return this.returning ?? anchorOf(this);
  }

  get windowHeight(): number {
    return this.view;
  }

  /** What has failed is fetched now. */
  retry(): void {
    this.queue.retry();
  }

  // ── what changes ──────────────────────────────────────────────────────────────────────────────────────────────

  /** What a server sent with its page. */
  adopt(first: Timeline): void {
    if (first === this.adopted) return;
    this.adopted = first;
    this.keepingPlace(() => this.pictures.take(first.sections, first.first));
  }

  /** What has happened in this tab. */
  apply({ added, removed, version }: Changes): void {
    const isOld = this.changesVersion !== null && this.changesVersion !== version;
    this.changesVersion = version;
    if (isOld) void this.refresh(true);
    const images = [...added.values()].filter((image) => !this.takenIn.has(image));
    const gone = [...removed].filter((id) => !this.takenOut.has(id));
    if (images.length + gone.length === 0) return;
    let isUnsure = false;
    this.keepingPlace(() => {
      isUnsure = this.pictures.remove(gone).length < gone.length;
      for (const id of gone) this.takenOut.add(id);
      for (const image of images) {
        this.takenIn.add(image);
        const belongs =
          this.options.takesAdded || this.takenOut.has(image.id) || this.indexOf(image.id) !== null;
        this.takenOut.delete(image.id);
        if (belongs && !this.pictures.add(image)) isUnsure = true;
      }
    });
    if (isUnsure) this.refreshSoon();
  }

  private refreshSoon(): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = setTimeout(() => void this.refresh(false), refreshDelayMs);
  }

  /** @param isStale whether also what is here may look otherwise by now */
  private async refresh(isStale: boolean): Promise<void> {
    if (this.source === null) return;
    try {
      const sections = await this.source.sections();
      this.keepingPlace(() => {
        if (isStale) this.pictures.markStale();
        this.pictures.take(sections, []);
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.refreshSoon();
    }
  }

  private async fetchChunk(section: Section, chunk: Chunk, signal?: AbortSignal): Promise<void> {
    if (this.source === null) return;
    const part = await this.source.part(section.key, offsetOf(section, chunk), chunk.size, signal);
    let isKnown = true;
    this.keepingPlace(() => {
      isKnown = this.pictures.put(section, chunk, part.images, part.count);
      this.forgetFar();
    });
    if (!isKnown) this.refreshSoon();
  }

  /** For one that somebody waits for. */
  private loadChunk(section: Section, chunk: Chunk): Promise<void> {
    const loading =
      this.loads.get(chunk) ?? this.fetchChunk(section, chunk).finally(() => this.loads.delete(chunk));
    this.loads.set(chunk, loading);
    return loading;
  }

  private async showLoaded(index: number): Promise<void> {
    const image = await this.load(index);
    const place = this.pictures.placeOf(index);
    const box = place && this.geometry?.boxOfPlace(place);
    if (image === null || !box) return;
    this.focus = { id: image.id, index };
    this.pinnedId = image.id;
    const [margin, above] = [16, 64];
    const isSeen = box.top >= this.seen + above && box.top + box.height <= this.seen + this.view - margin;
    if (isSeen) {
      this.version += 1;
      return this.render();
    }
    const isFar = box.top < this.seen - this.view || box.top > this.seen + 2 * this.view;
    if (isFar) return this.scrollTo(box.top - (this.view - box.height) / 2);
    this.scrollTo(box.top < this.seen + above ? box.top - above : box.top + box.height + margin - this.view);
  }

  /** Whatever is done meanwhile: the picture that is seen stays where it is seen. */
  private keepingPlace(change: () => void): void {
    const anchor = this.place();
    change();
    if (this.shape === null) {
      this.changed();
      return;
    }
    if (this.geometry === null) this.seen = this.scrolledTo();
    this.geometry = new Geometry(this.pictures.sections, this.shape);
    this.version += 1;
    this.scale.resize({ total: this.geometry.height, view: this.view });
    const top = anchor && topOfAnchor(anchor, this);
    if (top !== null) this.seen = Math.min(top, Math.max(0, this.geometry.height - this.view));
    if (this.isScrolling) {
      this.scale.show(this.seen);
      this.render();
    } else this.rest();
    this.fetchNear(0);
  }

  // ── scrolling ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** How far the top of the window is below that of the list. */
  private scrolledTo(): number {
    return -(this.list?.getBoundingClientRect().top ?? 0);
  }

  private readonly onScroll = (): void => {
    if (this.geometry === null) return;
    const top = this.scrolledTo();
    if (Math.abs(top - this.scale.last) < 1) return;
    this.returning = null;
    this.focus = null;
    this.isScrolling = true;
    this.seen = this.scale.scrolled(top);
    const now = performance.now();
    const speed = Math.abs(this.seen - this.lastScroll.seen) / Math.max(1, now - this.lastScroll.at);
    this.lastScroll = { seen: this.seen, at: now };
    this.render();
    this.fetchNear(speed > flingPixelsPerMs ? flingDelayMs : 0);
    this.restSoon();
    for (const listener of this.scrollListeners) listener();
  };

  private restSoon(): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(this.onRest, restMs);
  }

  private readonly onRest = (): void => {
    if (!this.isScrolling || this.isTouched) return;
    this.isScrolling = false;
    clearTimeout(this.restTimer);
    this.forgetFar();
    this.rest();
  };

  /** Puts the page where it belongs, now that nobody scrolls. */
  private rest(): void {
    if (this.list === null) return;
    this.scrollTop = this.scale.restAt(this.seen);
    this.render();
    for (const listener of this.scrollListeners) listener();
  }

  private render(): void {
    if (this.geometry === null) return;
    const { seen: top, view, pictures, pinnedId } = this;
    const pinned = pinnedId === null ? null : pictures.find(pinnedId);
    const { shift, height } = this.scale;
    const frame = frameOf(this.geometry, { top, view, shift, height, pinned }, this.version);
    if (frame.signature !== this.frame?.signature) {
      this.frame = frame;
      this.changed();
    } else this.settle();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private fetchNear(delayMs: number): void {
    const { geometry, seen, view } = this;
    if (geometry === null || this.list === null || this.source === null) return;
    const [from, to] = [seen - 1.5 * view, seen + 2.5 * view];
    const wanted = geometry.boxesBetween(from, to).flatMap((box) =>
      geometry
        .chunksBetween(box, from, to)
        .filter(({ chunk, top }) => {
          if (isWhole(chunk) || this.loads.has(chunk)) return false;
          return chunk.isStale || top + geometry.hereOf(box.section, chunk) < to;
        })
        .map(({ chunk, top, height }) => {
          const away = Math.max(0, top - (seen + view), seen - (top + height));
          return { what: { section: box.section, chunk }, key: chunk, away };
        }),
    );
    this.queue.want(
      wanted.sort((a, b) => a.away - b.away),
      delayMs,
    );
  }

  private forgetFar(): void {
    const { geometry, seen } = this;
    if (geometry === null) return;
    const here = this.pictures.sections.flatMap(({ chunks }) =>
      chunks.filter(({ images }) => images !== null),
    );
    if (here.length <= maxChunksKept) return;
    const pinned = this.pinnedId === null ? null : this.pictures.find(this.pinnedId)?.chunk;
    const everywhere = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    const places = geometry.boxes
      .filter(({ section }) => section.chunks.some(({ images }) => images !== null))
      .flatMap((box) => geometry.chunksBetween(box, ...everywhere))
      .filter(({ chunk }) => chunk.images !== null && chunk !== pinned)
      .map(({ chunk, top, height }) => ({ chunk, away: Math.max(top - seen, seen - top - height) }))
      .sort((a, b) => b.away - a.away);
    for (const { chunk } of places.slice(0, here.length - maxChunksKept)) this.pictures.forget(chunk);
  }
}
