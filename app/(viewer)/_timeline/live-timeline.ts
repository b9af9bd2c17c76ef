import type { GalleryImage, PictureSize, Timeline } from "@/lib/images/contract";
import { type Anchor, anchorOf, topOfAnchor } from "./anchor";
import { type Frame, frameOf } from "./frame";
import { Geometry } from "./geometry";
import { type Arrival, Nearby } from "./nearby";
import type { PictureList } from "./picture-list";
import { Pictures } from "./pictures";
import type { Shape } from "./rows";
import { ScrollWindow } from "./scroll-window";
import { Source } from "./source";

/** While one flings through the pictures, what flies by is not fetched. */
const flingPixelsPerMs = 5;
const flingDelayMs = 120;
/** What changes meanwhile is asked for together. */
const refreshDelayMs = 1500;
/** What gets the focus stands clear of the month's name, and of the window's end. */
const clear = { above: 64, below: 16 };

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

interface Focus {
  id: string;
  index: number;
}

/** A timeline in a page: what is seen of it, what is fetched for it, and the same place kept whatever changes. */
export class LiveTimeline implements PictureList {
  readonly album: string | null;
  readonly order: Timeline["order"];
  readonly pictures: Pictures;
  geometry: Geometry | null = null;
  /** null: the page is laid out by CSS */
  frame: Frame | null = null;
  isFailing = false;
  private shape: Shape | null = null;
  private version = 0;
  private readonly window: ScrollWindow;
  private readonly nearby: Nearby;
  private readonly source: Source | null;
  private readonly listeners = new Set<() => void>();
  private readonly scrollListeners = new Set<() => void>();
  /** What is to get the focus once it is in the document. */
  private focus: Focus | null = null;
  private pinnedId: string | null = null;
  /** Where somebody was, until they scroll. */
  private returning: Anchor | null = null;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
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
    this.nearby = new Nearby(this.source, {
      onArrival: (arrival) => this.arrived(arrival),
      onFailing: (isFailing) => {
        this.isFailing = isFailing;
        this.changed();
      },
    });
    this.window = new ScrollWindow({
      onScroll: (pixelsPerMs) => this.scrolled(pixelsPerMs),
      onRest: () => this.rested(),
    });
  }

  // ── as a list of pictures ─────────────────────────────────────────────────────────────────────────────────────

  count = (): number => this.pictures.total;
  indexOf = (id: string): number | null => this.pictures.indexOf(id);
  at = (index: number): GalleryImage | null => this.pictures.at(index);

  async load(index: number): Promise<GalleryImage | null> {
    const place = this.pictures.placeOf(index);
    if (place === null) return null;
    if (this.at(index) === null) await this.nearby.load(place.section, place.chunk);
    return this.at(index);
  }

  async between(from: number, to: number): Promise<PictureSize[]> {
    const [first, last] = [Math.max(0, Math.min(from, to)), Math.min(this.count() - 1, Math.max(from, to))];
    const here: PictureSize[] = [];
    for (let index = first; index <= last; index += 1) {
      const image = this.at(index);
      if (image !== null) here.push({ id: image.id, bytes: image.bytes });
      else if (this.source !== null) return this.source.sizes(first, last);
    }
    return here;
  }

  show(index: number): void {
    void this.showLoaded(index);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // ── in the document ───────────────────────────────────────────────────────────────────────────────────────────

  /** what is seen at the top of the window, from the top of all pictures */
  get seen(): number {
    return this.window.seen;
  }

  get windowHeight(): number {
    return this.window.height;
  }

  /** Is called with every step of scrolling. */
  onScrolled = (listener: () => void): (() => void) => {
    this.scrollListeners.add(listener);
    return () => this.scrollListeners.delete(listener);
  };

  /** Shows it in this element, as large as `resize` says. Returns what ends that. */
  attach(list: HTMLElement): () => void {
    this.returning = null;
    const detach = this.window.attach(list);
    const retry = () => this.retry();
    window.addEventListener("online", retry);
    return () => {
      window.removeEventListener("online", retry);
      clearTimeout(this.refreshTimer);
      this.nearby.stop();
      detach();
    };
  }

  /** Lays everything out for this size, if it is another. What is seen stays. */
  resize(shape: Shape, windowHeight: number): void {
    if (shape.width <= 0 || shape.rowHeight <= 0) return;
    const before = this.shape;
    const isSame =
      before?.width === shape.width &&
      before.rowHeight === shape.rowHeight &&
      before.leastMonthWidth === shape.leastMonthWidth;
    if (isSame && this.windowHeight === windowHeight) return;
    this.keepingPlace(() => {
      this.window.height = windowHeight;
      if (!isSame) this.shape = shape;
    });
  }

  /** Until somebody scrolls, what has the focus stays where it is seen, else the first picture that is seen; whatever size they get. */
  hold(): void {
    const focused = this.anchorOfFocus();
    const isHeld =
      this.returning !== null && (!focused || focused.seen[0]?.id === this.returning.seen[0]?.id);
    if (!isHeld) this.returning = focused ?? anchorOf(this);
  }

  /** After the frame is in the document: the page is scrolled to where it belongs, and the focus given. */
  settle(): void {
    if (this.frame === null) return;
    this.window.settle();
    this.giveFocus();
  }

  /** Lets this be at the top of the window. */
  scrollTo(seen: number): void {
    if (this.geometry === null) return;
    this.returning = null;
    this.window.jump(seen);
    this.render();
    this.fetchNear(flingDelayMs);
    this.tellScrolled();
  }

  /** What has the focus stays in the document; null for nothing. */
  pin(id: string | null): void {
    this.pinnedId = id;
  }

  /** Goes back to where somebody was, who may have had the focus on a picture. */
  returnTo(anchor: Anchor | null, focus: Focus | null): void {
    this.returning = anchor;
    this.focus = focus;
    this.pinnedId = focus?.id ?? null;
    this.keepingPlace(() => {});
  }

  /** Where one is, to return to; null where the top of the list is in sight. */
  place(): Anchor | null {
    return this.returning ?? anchorOf(this);
  }

  /** What has failed is fetched now. */
  retry(): void {
    this.nearby.retry();
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
        const wasHere = this.takenOut.delete(image.id) || this.indexOf(image.id) !== null;
        if ((wasHere || this.options.takesAdded) && !this.pictures.add(image)) isUnsure = true;
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

  private arrived({ section, chunk, images, count }: Arrival): void {
    let isKnown = true;
    this.keepingPlace(() => {
      isKnown = this.pictures.put(section, chunk, images, count);
    });
    if (!isKnown) this.refreshSoon();
  }

  /** Whatever is done meanwhile: the picture that is seen stays where it is seen, and who is at the end stays there. */
  private keepingPlace(change: () => void): void {
    const anchor = this.place();
    const beyondEnd = this.returning === null && this.seen > 0 ? this.seen - this.window.end : -1;
    const focused = this.focused();
    change();
    // Where it has gone, the focus goes on to what has come into its place.
    if (focused !== null && this.indexOf(focused.id) === null) this.focus ??= focused;
    this.version += 1;
    if (this.shape === null) {
      this.changed();
      return;
    }
    this.geometry = new Geometry(this.pictures.sections, this.shape);
    this.window.resize(this.geometry.height, this.windowHeight);
    const top = beyondEnd > -1 ? this.window.end + beyondEnd : anchor && topOfAnchor(anchor, this);
    this.window.show(top ?? this.seen);
    this.render();
    this.fetchNear(0);
  }

  // ── what is shown of it ───────────────────────────────────────────────────────────────────────────────────────

  private scrolled(pixelsPerMs: number): void {
    this.returning = null;
    this.focus = null;
    this.render();
    this.fetchNear(pixelsPerMs > flingPixelsPerMs ? flingDelayMs : 0);
    this.tellScrolled();
  }

  /** Puts the page where it belongs, now that nobody scrolls. */
  private rested(): void {
    if (this.geometry === null) return;
    const kept = this.pinnedId === null ? null : (this.pictures.find(this.pinnedId)?.chunk ?? null);
    this.nearby.forgetFar(this.pictures, this.geometry, { seen: this.seen, height: this.windowHeight }, kept);
    this.window.show(this.seen);
    this.render();
  }

  private render(): void {
    if (this.geometry === null) return;
    const { seen: top, height: view, shift, listHeight: height } = this.window;
    const pinned = this.pinnedId === null ? null : this.pictures.find(this.pinnedId);
    const frame = frameOf(this.geometry, { top, view, shift, height, pinned }, this.version);
    const isSame = frame.signature === this.frame?.signature;
    if (!isSame) this.frame = frame;
    if (isSame) this.settle();
    else this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private tellScrolled(): void {
    for (const listener of this.scrollListeners) listener();
  }

  private fetchNear(delayMs: number): void {
    if (this.geometry === null || this.window.element === null) return;
    this.nearby.fetchNear(this.geometry, { seen: this.seen, height: this.windowHeight }, delayMs);
  }

  private async showLoaded(index: number): Promise<void> {
    const image = await this.load(index);
    const place = this.pictures.placeOf(index);
    const box = place && this.geometry?.boxOfPlace(place);
    if (image === null || !box) return;
    this.focus = { id: image.id, index };
    this.pinnedId = image.id;
    const { seen, windowHeight } = this;
    const [first, last] = [box.top - clear.above, box.top + box.height + clear.below - windowHeight];
    const isFar = first < seen - windowHeight || last > seen + windowHeight;
    if (isFar) this.scrollTo((first + last) / 2);
    else if (first < seen || last > seen) this.scrollTo(first < seen ? first : last);
    else this.render();
  }

  private focused(): Focus | null {
    const { pinnedId: id } = this;
    const index = id === null ? null : this.indexOf(id);
    if (id === null || index === null) return null;
    const tile = this.window.element?.querySelector(`[data-id="${id}"]`);
    return tile?.contains(document.activeElement) ? { id, index } : null;
  }

  private anchorOfFocus(): Anchor | null {
    const focused = this.focused();
    const place = focused && this.pictures.placeOf(focused.index);
    const box = place && this.geometry?.boxOfPlace(place);
    if (focused === null || !box) return null;
    const below = box.top - this.seen;
    const isSeen = below + box.height > 0 && below < this.windowHeight;
    return isSeen ? { seen: [{ id: focused.id, below }], index: focused.index, below } : null;
  }

  private giveFocus(): void {
    const list = this.window.element;
    if (this.focus === null || list === null) return;
    const { id, index } = this.focus;
    const link = list.querySelector<HTMLElement>(`[data-id="${id}"] a`);
    const next = this.at(Math.min(index, this.count() - 1));
    if (link !== null) {
      this.focus = null;
      link.focus({ preventScroll: true });
    } else if (this.indexOf(id) === null && next !== null) {
      // It has gone meanwhile: what came into its place has the focus.
      this.focus = { id: next.id, index };
      this.pinnedId = next.id;
      this.render();
    }
  }
}
