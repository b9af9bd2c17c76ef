/** The timeline, and what happens to pictures in any of its places. */
export const gallery = {
  heading: "Your pictures",
  list: "Pictures",
  older: "Older pictures",
  newer: "Newer pictures",
  more: "More pictures",
  olderFailed: "The next pictures did not arrive.",
  none: "No pictures yet",
  noneHint: "Drop some anywhere on this page, paste one, or choose them.",
  deleted: "“{title}” is deleted.",
  restored: "“{title}” is back.",
  datesRestored: "{count, plural, one {The date is as it was.} other {# dates are as they were.}}",
} as const;
