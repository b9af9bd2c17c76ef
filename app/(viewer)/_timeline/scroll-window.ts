import { ScrollScale } from "./scroll-scale";

/** Scrolling has ended when nothing has moved for so long, where the browser does not say so itself. */
const restMs = 150;
const speedOverMs = 100;

interface Events {
  /** With every step of scrolling. */
  onScroll(pixelsPerMs: number): void;
  /** Once it has ended. */
  onRest(): void;
}

/** What of a list is seen in the window. All in CSS pixels. */
export class ScrollWindow {
  /** at the top of the window, from the top of all pictures */
  seen = 0;
  /** of the window */
  height = 0;
  private total = 0;
  private readonly scale = new ScrollScale();
  private list: HTMLElement | null = null;
  /** Where the page is to be scrolled once the list is as long as it should be. */
  private target: number | null = null;
  private isMoving = false;
  private isTouched = false;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private last = { seen: 0, at: 0 };

  constructor(private readonly events: Events) {}

  /** Follows the scrolling of the page that this list is in. Returns what ends that. */
  attach(list: HTMLElement): () => void {
    this.list = list;
    this.isMoving = false;
    this.seen = this.scrolledTo;
    const stop = new AbortController();
    const listen = { passive: true, signal: stop.signal };
    window.addEventListener("scroll", this.onScroll, listen);
    window.addEventListener("scrollend", this.onRest, listen);
    for (const touch of ["touchstart", "touchend", "touchcancel"] as const)
      window.addEventListener(
        touch,
        ({ touches }) => {
          this.isTouched = touches.length > 0;
          this.restSoon();
        },
        listen,
      );
    return () => {
      stop.abort();
      clearTimeout(this.restTimer);
      this.list = null;
      this.isTouched = false;
    };
  }

  get element(): HTMLElement | null {
    return this.list;
  }

  /** From the list's element to what is seen there. */
  get shift(): number {
    return this.scale.shift;
  }

  /** of the list's element */
  get listHeight(): number {
    return this.scale.height;
  }

  /** What is at the top of the window when the list's end is at its bottom. */
  get end(): number {
    return Math.max(0, this.total - this.height);
  }

  /** @param total of all pictures */
  resize(total: number, height: number): void {
    this.total = total;
    this.height = height;
    this.scale.resize({ total, view: height });
  }

  /** Lets this be seen at the top. While someone scrolls the page is left alone, and what is in it is moved. */
  show(seen: number): void {
    this.seen = seen <= this.end ? seen : Math.min(seen, this.end + this.roomBelow);
    if (this.isMoving) this.scale.show(this.seen);
    else this.target = this.scale.restAt(this.seen);
  }

  /** The same, also while someone scrolls, and no further than to either end. */
  jump(seen: number): void {
    this.isMoving = false;
    this.show(Math.min(Math.max(0, seen), this.end));
  }

  /** Once what is to be seen is in the document. */
  settle(): void {
    if (this.target === null || this.list === null) return;
    const step = this.target - this.scrolledTo;
    // What is above the list may have become higher: who is at the page's top stays there.
    const isAtTop = this.target < 0 && window.scrollY <= 0;
    this.target = null;
    if (Math.abs(step) >= 1 && !isAtTop) window.scrollBy({ top: step, behavior: "instant" });
    this.scale.last = this.scrolledTo;
    this.seen = this.scale.last + this.shift;
  }

  /** Of the page, below the list. */
  private get roomBelow(): number {
    const bottom = this.list?.getBoundingClientRect().bottom ?? 0;
    return Math.max(0, document.documentElement.scrollHeight - window.scrollY - bottom);
  }

  /** How far the top of the window is below that of the list. */
  private get scrolledTo(): number {
    return -(this.list?.getBoundingClientRect().top ?? 0);
  }

  private readonly onScroll = (): void => {
    const top = this.scrolledTo;
    // It was not a person.
    if (Math.abs(top - this.scale.last) < 1) return;
    this.isMoving = true;
    this.seen = this.scale.scrolled(top);
    const now = performance.now();
    // Over a while: a wheel moves in jerks.
    const speed = Math.abs(this.seen - this.last.seen) / Math.max(speedOverMs, now - this.last.at);
    if (now - this.last.at >= speedOverMs) this.last = { seen: this.seen, at: now };
    this.restSoon();
    this.events.onScroll(speed);
  };

  private restSoon(): void {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(this.onRest, restMs);
  }

  private readonly onRest = (): void => {
    clearTimeout(this.restTimer);
    if (!this.isMoving || this.isTouched) return;
    this.isMoving = false;
    this.events.onRest();
  };
}
