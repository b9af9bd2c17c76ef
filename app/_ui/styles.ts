// The few looks that several places share. Every target is at least 44 px high. Where the system has all colours, the border that
// nobody sees otherwise is what a button is known by.
const button =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-full border px-5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50";

export const primaryButton = `${button} border-transparent bg-accent text-on-accent hover:opacity-90`;
export const quietButton = `${button} border-line hover:bg-sunken`;
export const dangerButton = `${button} border-line text-danger hover:bg-sunken`;
export const iconButton =
  "inline-flex size-11 shrink-0 items-center justify-center rounded-full text-quiet transition-colors hover:bg-sunken hover:text-text";
export const textField =
  "min-h-11 w-full rounded-lg border border-field bg-raised px-3 text-base outline-offset-0 focus-visible:outline-2";
/** A line of a menu: words, and what stands before them. */
export const menuRow =
  "flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-start text-sm transition-colors hover:bg-sunken";
/** What is said first on a page. */
export const pageHeading = "text-2xl font-semibold tracking-tight";
