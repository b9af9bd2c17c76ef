/** What is said of albums on any page. */
export const albums = {
  title: "Albums",
  count: "{count, plural, one {# picture} other {# pictures}}",
  close: "Close",
  dropInto: "Drop to add to “{name}”",
  addTitle: "{count, plural, one {Add the picture to an album} other {Add # pictures to an album}}",
  adding: "Adding, {done, number} of {total, number}",
  added: "{count, plural, one {# picture is} other {# pictures are}} in “{name}”.",
  allThere: "They are in “{name}” already.",
  removed:
    "{count, plural, =0 {None of them is in the album any more.} one {# picture is out of the album. It stays in Pail.} other {# pictures are out of the album. They stay in Pail.}}",
  takenOut: "{count, plural, one {# picture is} other {# pictures are}} out of the album again.",
  takenBack: "{count, plural, one {# picture is} other {# pictures are}} in “{name}” again.",
  deleted: "“{name}” is deleted. Its pictures stay.",
  restored: "“{name}” is back.",
} as const;
