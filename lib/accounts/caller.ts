/** Who asks, as far as the connection tells. */
export interface Caller {
  /** as `addressIn` gives it */
  address: string;
  userAgent: string;
  /** what the browser was given when somebody last signed in with it */
  browser?: string | undefined;
}
