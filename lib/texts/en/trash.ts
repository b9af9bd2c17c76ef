/** What was deleted, and comes back from there or goes for good. */
export const trash = {
  title: "Trash",
  holds:
    "{count, plural, one {# picture, {size}.} other {# pictures, {size}.}} What lies here counts against your space.",
  stays:
    "{days, plural, one {It goes for good # day after it was deleted.} other {It goes for good # days after it was deleted.}}",
  none: "The trash is empty",
  noneHint:
    "{days, plural, one {What you delete lies here for # day, and comes back from here.} other {What you delete lies here for # days, and comes back from here.}}",
  toPictures: "To your pictures",
  list: "Pictures in the trash",
  select: "Select “{title}”",
  selectAll: "Select all that are shown",
  selectNone: "Select none",
  selected: "{count, plural, =0 {None selected} other {# selected}}",
  daysLeft: "{days, plural, =0 {Goes today} one {# day left} other {# days left}}",
  restore: "Restore",
  purge: "Delete for good",
  empty: "Empty trash",
  older: "Deleted earlier",
  newest: "Deleted last",
  askPurge: "{count, plural, one {Delete this picture for good?} other {Delete these # pictures for good?}}",
  askRestore: "{count, plural, one {Restore this picture?} other {Restore these # pictures?}}",
  askEmpty:
    "{count, plural, one {Delete the one picture in the trash for good?} other {Delete all # pictures in the trash for good?}}",
  askAlbum: "Delete the album “{name}” for good? Its pictures stay.",
  cannotBeUndone: "This cannot be undone.",
  cancel: "Cancel",
  stop: "Stop",
  emptying: "Deleting: {done, number} of {total, number}",
  restored: "{count, plural, one {# picture is} other {# pictures are}} back.",
  duplicates:
    "{count, plural, one {# stays here: you have added it again in the meantime.} other {# stay here: you have added them again in the meantime.}}",
  purged: "{count, plural, one {# picture is} other {# pictures are}} deleted for good.",
  gone: "{count, plural, one {# was not here any more.} other {# were not here any more.}}",
  nothingSelected: "Select pictures first.",
  albums: "Albums",
  albumCount: "{count, plural, one {# picture} other {# pictures}}",
  restoreAlbum: "Restore “{name}”",
  purgeAlbum: "Delete “{name}” for good",
  albumRestored: "“{name}” is back.",
  albumPurged: "“{name}” is deleted for good.",
} as const;
