/** What stands around every page. */
export const frame = {
  description: "Your pictures, in your own bucket.",
  colours: "Colours",
  theme: "{theme, select, light {Light} dark {Dark} other {System}}",
  language: "Language",
  undo: "Undo",
  dismiss: "Dismiss",
  rename: "Rename",
  save: "Save",
  cancel: "Cancel",
  tryAgain: "Try again",
  pageFailed: "This page could not be shown",
  pageFailedHint: "Your pictures are safe. Try again; if it goes on, look at the server’s log.",
  pageFailedHintDigest:
    "Your pictures are safe. Try again; if it goes on, look at the server’s log for {digest}.",
  databaseAway:
    "Pail cannot reach its database at the moment. Your pictures are safe. Try again in a minute.",
  nothingHere: "There is nothing here",
  nothingHereHint: "It may have been deleted, or the address is not quite right.",
  toPictures: "To your pictures",
  livesAt: "Pail lives at <link>{origin}</link>. At this address you cannot sign in or change anything.",
} as const;
