// The few looks that several places share. Every target is at least 44 px high.
const button =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-full px-5 text-sm font-medium whitespace-nowrap transition-colors disabled:opacity-50";

export const primaryButton = `${button} bg-accent text-on-accent hover:opacity-90`;
export const quietButton = `${button} border border-line hover:bg-sunken`;
export const dangerButton = `${button} border border-line text-danger hover:bg-sunken`;
export const iconButton =
  "inline-flex size-11 shrink-0 items-center justify-center rounded-full text-quiet transition-colors hover:bg-sunken hover:text-text";
export const textField =
  "min-h-11 w-full rounded-lg border border-line bg-raised px-3 text-base outline-offset-0 focus-visible:outline-2";
