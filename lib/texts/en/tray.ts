/** The tray: what is being sent, how far it is, and what can be done about it. */
export const tray = {
  title: "Uploads",
  sending: "Sending {files, number} pictures",
  progress: "{done, number} of {files, plural, one {# picture} other {# pictures}}",
  pausedAt: "Paused, {done, number} of {files, number}",
  // Of those that have ended the first says what they are: “3 pictures not added, 2 added”.
  notAdded:
    "{isFirst, select, true {{count, plural, one {# picture} other {# pictures}}} other {{count, number}}} not added",
  added:
    "{isFirst, select, true {{count, plural, one {# picture} other {# pictures}}} other {{count, number}}} added",
  alreadyHere:
    "{isFirst, select, true {{count, plural, one {# picture} other {# pictures}}} other {{count, number}}} already here",
  notFinished:
    "{isFirst, select, true {{count, plural, one {# picture} other {# pictures}}} other {{count, number}}} not finished",
  left: "{count, plural, one {A picture was} other {# pictures were}} on the way when Pail was closed.",
  notLasting:
    "Keep this page open until all is added: this browser lets Pail keep nothing with which it could go on later.",
  otherPictures:
    "{more, plural, =0 {“{first}” is none of them. Nothing was added.} other {“{first}” and # more are none of them. Nothing of these was added.}}",
  albumOffer: "{more, plural, =0 {Keep “{first}” as an album?} other {Keep “{first}” and # more as albums?}}",
  albumsMade:
    "{albums, plural, one {The pictures go into the album “{first}”.} other {The pictures go into # albums.}}",
  makeAlbums: "{albums, plural, one {Make album} other {Make albums}}",
  makeNoAlbums: "No",
  goesInto:
    "{more, plural, =0 {Goes into the album “{name}”.} one {Goes into “{name}” and # more album.} other {Goes into “{name}” and # more albums.}}",
  sent: "{size} sent",
  sentOf: "{sent} of {total}",
  failedCount: "{count, number} not added",
  perSecond: "{size}/s",
  secondsLeft: "{seconds, number} s left",
  minutesLeft: "{minutes, number} min left",
  hoursLeft: "{hours, number} h {minutes, number} min left",
  waiting: "Waiting",
  paused: "Paused",
  preparing: "Preparing, {step, number} of {steps, number}",
  checking: "Checking",
  percent: "{percent, number} %",
  files: "Files",
  filesFrom: "Files from {start, number}",
  minimise: "Minimise",
  show: "Show uploads",
  close: "Close",
  pause: "Pause",
  pauseNamed: "Pause {name}",
  resume: "Resume",
  resumeNamed: "Resume {name}",
  cancel: "Cancel",
  cancelNamed: "Cancel {name}",
  cancelAll: "Cancel all",
  remove: "Remove",
  removeNamed: "Remove {name}",
  tryAgain: "Try again",
  tryAgainNamed: "Try {name} again",
  tryAllAgain: "Try all again",
  duplicate: "You already have this picture.",
  showIt: "Show it",
  signIn: "Sign in",
  reload: "Reload",
  goOn: "Go on",
  chooseAgain: "Choose these again",
  discard: "Discard",
  pageStays:
    "There is no connection to Pail: this page stays, so that your pictures go on once there is one.",
} as const;
