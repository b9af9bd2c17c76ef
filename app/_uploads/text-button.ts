/** A button of the tray that is only words. */
export const textButton =
  "shrink-0 min-h-11 rounded-full px-3 text-sm font-medium text-quiet hover:bg-sunken hover:text-text";
