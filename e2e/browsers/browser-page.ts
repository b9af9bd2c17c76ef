/** A page of some browser, as far as a test needs one. Selectors are CSS, and mean the first element that there is. */
export interface BrowserPage {
  /** What the browser complained about on its console so far. */
  readErrors(): Promise<string[]>;
  goto(url: string): Promise<void>;
  /** Whatever the page asks before it is left is answered with yes. */
  reload(): Promise<void>;
  /** Runs it in the page, with what JSON can say. */
  evaluate<A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /** As a hand does it, not a script. */
  click(selector: string): Promise<void>;
  /** Into what has the focus. */
  type(text: string): Promise<void>;
  press(key: Key): Promise<void>;
  chooseFiles(selector: string, paths: readonly string[]): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

export type Key = "ArrowLeft" | "ArrowRight" | "Enter" | "Escape";
