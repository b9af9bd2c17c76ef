/** How pictures come onto a page: buttons, dropping, pasting. */
export const adding = {
  choosePictures: "Choose pictures",
  add: "Add",
  fromDevice: "Pictures from this device",
  moreWays: "More ways to add",
  addPictures: "Add pictures",
  takePicture: "Take a picture",
  chooseFolder: "Choose a folder",
  plainForm: "Upload a picture",
  drop: "Drop to add",
  folderUnreadable: "The folder could not be read. Open it, and drop the pictures themselves.",
  leftOut:
    "{count, plural, one {# other file was} other {# other files were}} left out: sidecars, videos, other programs’ files.",
  notLoaded:
    "What sends the pictures could not be loaded. It is tried again; if that takes long, reload the page.",
  choiceKept: "What sends the pictures could not be loaded. What you chose is kept: reload the page.",
} as const;
