/** A page of some browser, as far as a test needs one. Selectors are CSS, and mean the first element that there is. */
export interface BrowserPage {
  /** What the browser complained about on its console so far. */
  readErrors(): Promise<string[]>;
  goto(url: string): Promise<void>;
  goBack(): Promise<void>;
  /** Whatever the page asks before it is left is answered with yes. */
  reload(): Promise<void>;
  /** Runs it in the page, with what JSON can say. */
  evaluate<A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** As a hand does it, not a script. */
  click(selector: string): Promise<void>;
  /** With the mouse, from the first place to the last, pressed all the way. */
  drag(places: readonly Place[]): Promise<void>;
  /** With the mouse's wheel. @param deltaY of pixels, which are below */
  wheel(place: Place, deltaY: number): Promise<void>;
  /** With a finger. */
  swipe(places: readonly Place[]): Promise<void>;
  /** Into what has the focus. */
  type(text: string): Promise<void>;
  /** @param held what is held meanwhile */
  press(key: Key, held?: Key): Promise<void>;
  chooseFiles(selector: string, paths: readonly string[]): Promise<void>;
  /** Where what it downloads goes. */
  readonly downloadsFolder: string;
  /** What it said of downloads that it could not end. */
  readFailedDownloads(): Promise<string[]>;
  /** As the system does it, which takes what it needs. */
  killServiceWorker(): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** In the window, in pixels. */
export interface Place {
  x: number;
  y: number;
}

export type Key = keyof typeof keys;

/** As W3C's WebDriver names them. */
export const keys = {
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
  End: "\uE010",
  Enter: "\uE007",
  Escape: "\uE00C",
  Home: "\uE011",
  PageDown: "\uE00F",
  Shift: "\uE008",
  Space: " ",
  Control: "\uE009",
  a: "a",
  i: "i",
  "0": "0",
  "+": "+",
} as const;
