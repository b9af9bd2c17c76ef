/** All albums, and the page of one. */
export const albums = {
  title: "Albums",
  count: "{count, plural, one {# picture} other {# pictures}}",
  none: "No albums yet",
  noneHint: "Drop a folder on the page to make one.",
  name: "Name",
  empty: "There are no pictures in this album.",
  delete: "Delete album",
  deleted: "“{name}” is deleted. Its pictures stay.",
  restored: "“{name}” is back.",
  takenOut: "{count, plural, one {# picture is} other {# pictures are}} out of the album again.",
  takenBack: "{count, plural, one {# picture is} other {# pictures are}} in “{name}” again.",
} as const;
