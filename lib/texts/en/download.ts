/** Many pictures as one zip: its card, and what is written into the zip. */
export const download = {
  preparing: "Preparing {name}",
  downloading: "Downloading {name}",
  paused: "{name} is paused",
  finishing: "Finishing {name} …",
  done: "{pictures, plural, one {# picture} other {# pictures}} in {name}",
  stopped: "{name} was stopped",
  failed: "{name} could not be downloaded",
  amount: "{done} of {total}",
  pace: "{done} of {total} · {perSecond}/s",
  pause: "Pause the download",
  resume: "Go on with the download",
  stop: "Stop",
  close: "Close the download",
  signIn: "Sign in",
  noConnection: "There is no connection. It goes on by itself once there is one.",
  busy: "The server or the bucket is busy. It goes on by itself.",
  signedOut: "You were signed out. Sign in, and it goes on by itself.",
  otherViewer: "Somebody else has signed in. Sign in as before, and it goes on by itself.",
  diskFull:
    "There is not enough room where it was to go. Make room, or choose another place, and download again.",
  notWritable: "The file can no longer be written to. Choose another place, and download again.",
  browserStopped:
    "The browser has stopped the download: it was cancelled there, or there was not enough room. What it has left is not whole: delete it.",
  tooLarge:
    "This browser takes at most {max} at once here, and more over https or outside a private window. Choose fewer pictures.",
  internal: "Something went wrong. Download again; if it goes on, reload the page.",
  notLoaded: "What downloads the pictures could not be loaded. Reload the page and try again.",
  missing:
    "{count, plural, one {# picture was} other {# pictures were}} not there any more, and the zip is without {count, plural, one {it} other {them}}.",
  missingNamed:
    "{count, plural, one {{names} was} other {# pictures were}} not there any more, and the zip is without {count, plural, one {it} other {them: {names}}}.",
  cut: "{names}: deleted while it came, so that its end is missing.",
  missingFile: "missing.txt",
  unnamed: "a picture that had been deleted before",
  leaving: "Stay on this page until it is done.",
} as const;
