/** No browser shows an element that is much higher: Firefox ends at 17.8 million pixels, Chrome at 33.5 million. */
export const maxElementHeight = 12_000_000;

/** All in CSS pixels, from the top of the list. */
interface Sizes {
  /** of all pictures, as high as they are */
  total: number;
  /** of the window */
  view: number;
}

/**
 * Leads from where the page is scrolled to, to where that is among the pictures. Both are the same as long as an element can be as
 * high as all pictures. Beyond that, small steps are as long as ever, large ones are in proportion, and once scrolling has ended
 * the page is put where it belongs, without anything to be seen of it.
 */
export class ScrollScale {
  /** Of what is scrolled to, to what is seen there. */
  shift = 0;
  /** where the page was scrolled to last */
  last = 0;
  private sizes: Sizes = { total: 0, view: 0 };

  constructor(private readonly maxHeight = maxElementHeight) {}

  resize(sizes: Sizes): void {
    this.sizes = sizes;
  }

  /** of the element */
  get height(): number {
    return Math.min(this.sizes.total, this.maxHeight);
  }

  /** What is seen at the top of the window once it was scrolled there. */
  scrolled(top: number): number {
    const step = Math.abs(top - this.last);
    this.last = top;
    if (step > jumpScreens * this.sizes.view || this.isAtEdge(top))
      this.shift = Math.round(this.inProportion(top) - top);
    return top + this.shift;
  }

  /** Where the page is to be scrolled so that this is seen, now that nobody scrolls. */
  restAt(seen: number): number {
    const top = seen - Math.round(seen - this.restFor(seen));
    this.shift = seen - top;
    this.last = top;
    return top;
  }

  /** Lets something else be seen at the same place, while someone scrolls. */
  show(seen: number): void {
    this.shift = Math.round(seen - this.last);
  }

  private isAtEdge(top: number): boolean {
    return top <= 0 || top >= this.height - this.sizes.view - 1;
  }

  private get ends(): { seen: number; scrolled: number } {
    const { total, view } = this.sizes;
    return { seen: total - view, scrolled: this.height - view };
  }

  private inProportion(top: number): number {
    const { seen, scrolled } = this.ends;
    // Above the list, and where it is as high as its pictures.
    if (top <= 0 || scrolled <= 0 || seen === scrolled) return top;
    return top >= scrolled ? seen + (top - scrolled) : (top / scrolled) * seen;
  }

  private restFor(seenTop: number): number {
    const { seen, scrolled } = this.ends;
    if (seenTop <= 0 || scrolled <= 0 || seen === scrolled) return seenTop;
    return seenTop >= seen ? scrolled + (seenTop - seen) : (seenTop / seen) * scrolled;
  }
}

/** What is further than so many windows in one step is a jump: of the scrollbar, or to an end. */
const jumpScreens = 4;
