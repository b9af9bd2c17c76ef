import type { PageCode } from "@/lib/error-codes";

const number =
  "{incident, select, none {Tell whoever runs this Pail.} other {Whoever runs this Pail finds the reason in the log, number {incident}.}}";

/**
 * What went wrong and what to do, by the code of the failure. The values come with it; `none` stands for one that did not:
 * see `wordFailure`.
 */
export const errors = {
  unauthenticated: "Your session has ended. Sign in again.",
  other_viewer: "Somebody else has signed in. Reload the page.",
  wrong_origin:
    "{origin, select, none {Open Pail at its own address and try again.} other {Open Pail at {origin} and try again.}}",
  forbidden: "This set-up link does not work. Copy it again, whole.",
  not_found:
    "{what, select, picture {There is no such picture.} album {There is no such album.} token {There is no such token. It may be revoked already.} other {There is no such upload. Choose the file again.}}",
  rate_limited:
    "{unit, select, seconds {Too many tries. Wait {count, number} seconds, then try again.} minutes {Too many tries. Wait {count, number} minutes, then try again.} other {Too many tries. Wait a little, then try again.}}",
  internal:
    "{incident, select, none {Something went wrong on the server. Try again.} other {Something went wrong on the server. Try again. ({incident})}}",
  unavailable:
    "{incident, select, none {The server cannot take it at the moment. Retry in a few minutes.} other {The bucket cannot do it at the moment. Try again; its reason is in the log. ({incident})}}",
  invalid_input:
    "{issue, select, name_short {Enter a name.} name_long {Keep the name under {max, number} characters.} email {Enter an email address, like you@example.org.} password_short {Choose a password of at least {min, number} characters.} password_long {Keep the password under {max, number} characters.} password_common {Many people use this password, so it is guessed first. Choose another one.} scopes_short {Choose what the token may do.} other {Something in it is not as it should be. Check it and try again.}}",
  broken_off: "The request broke off before its end. Send it again.",
  wrong_credentials: "The email address or the password is wrong. Try again.",
  setup_done: "Pail is already set up. Sign in instead.",
  too_many_tokens: "You have {max, number} tokens. Revoke one that nothing uses.",
  too_many_albums: "You have {max, number} albums. Delete one that you do not need.",
  empty_title: "Give the picture a title.",
  no_date: "No picture can be of that date. Choose one between 1826 and today.",
  shift_too_far:
    "So far, a picture would be of before 1826 or of a day to come. Nothing was changed: shift by less.",
  empty_name: "Give the album a name.",
  name_taken: "You have another album of this name. Choose another name.",
  not_in_album: "It is not in this album any more. Somebody has taken it out meanwhile.",
  duplicate: "You have added this picture again in the meantime.",
  empty_file: "This file is empty. Choose the picture again, or another copy of it.",
  too_large:
    "{maxBytes, select, none {This file is too large. Save it smaller and try again.} other {This file is too large: {maxBytes} is the most. Save it smaller and try again.}}",
  too_many_pixels:
    "{maxPixels, select, none {This picture has too many pixels. Make it smaller and try again.} other {This picture has too many pixels ({width} × {height}): {megapixels, number} megapixels is the most. Make it smaller and try again.}}",
  side_too_long:
    "{max, select, 0 {One side of this picture is too long. Cut it into shorter pictures and try again.} other {One side of this picture is too long ({width} × {height}): {max, number} pixels is the most. Cut it into shorter pictures and try again.}}",
  unsupported_type:
    "{kind, select, pdf {This is a PDF document, not a picture. Save it as PNG or JPEG and try again.} raw {This is a TIFF or a camera's raw file, which browsers cannot show. Export it as JPEG and try again.} other_format {Pail does not take {format} files. Save it as PNG or JPEG and try again.} video {This is a video, and Pail keeps pictures only. Choose a {formats} picture.} archive {This is an archive or a document, not a picture. Choose a {formats} picture.} svg {This is an SVG drawing, which can carry scripts. Save it as PNG or JPEG and try again.} web_page {This is a web page, not a picture. Save the picture itself and try again.} text {This is a text file, not a picture. Choose a {formats} picture.} other {This is not a picture that Pail can read. Choose a {formats} picture.}}",
  damaged_image: "This picture is damaged or incomplete. Open it to check, save it again, and try once more.",
  digest_missing:
    "The bucket compares other checksums: offer it with its MD5 too, and parts with what is wanted.",
  store_unfit: "The bucket of this Pail cannot take pictures safely. Tell whoever runs this Pail.",
  not_decoded:
    "Pail tried this picture twice, and it took too much time or memory to open. Save it as JPEG and try again.",
  quota_full:
    "There is no room for it: your space is full, or too many uploads are under way. Delete pictures or wait.",
  variant_too_large: "Its smaller versions are too large. Reload the page and try again.",
  bad_variant: "Its smaller versions are not what they should be. Reload the page and try again.",
  type_differs:
    "{type, select, none {It is of another type than was announced. Choose it again.} other {It is {type}, but was announced as {announced}. Choose it again.}}",
  bytes_differ: "What arrived is not what was sent. Try again.",
  not_arrived: "No picture arrived. Choose one and send it again.",
  changed: "The file changed while it was checked. Send it again.",
  upload_ended: "This upload has ended. Choose the file again.",
  form_used: "This form was used before. Choose the picture again.",
  bad_state: "This form is no longer valid. Choose the picture again.",
  unknown: "Something went wrong. Try again.",
  // What the page finds out by itself while it sends.
  offline: "No connection to Pail. It goes on by itself once there is one.",
  network: "The connection was lost. Check it, then retry.",
  no_answer: "The server does not answer. Check the connection, then retry.",
  stalled: "The connection is stuck. Check it, then retry.",
  outdated: "Pail was updated. It goes on once the page is reloaded.",
  bucket_busy: "The bucket is busy. Retry in a few minutes.",
  form_expired:
    "The permission to send it kept running out. Retry it; the clocks of Pail and its bucket may differ.",
  file_changed: "This file was changed, moved or deleted since it was chosen. Choose it again.",
  file_unreadable: "This file could not be read. See whether it opens on this device, and choose it again.",
  not_prepared: "This browser could not prepare the picture. Try again, or use an up-to-date browser.",
  worker_died: "The browser gave up on this picture, perhaps for want of memory. Close other tabs and retry.",
  unexpected: "Something went wrong with this picture. Retry it.",
  // S3's own codes, of a form that the bucket refused.
  EntityTooLarge: "The file is larger than it was when it was chosen. Choose it again.",
  EntityTooSmall: "The file is smaller than it was when it was chosen. Choose it again.",
  BadDigest: "The file was changed while it was sent. Choose it again.",
  XAmzContentChecksumMismatch: "The file was changed while it was sent. Choose it again.",
  AccessDenied: `The bucket refused this picture. ${number}`,
  NoSuchBucket: `The bucket does not exist. ${number}`,
  QuotaExceeded: `The bucket is full. ${number}`,
  InsufficientStorage: `The bucket is full. ${number}`,
  RequestTimeTooSkewed: `The clocks of this Pail and of its bucket disagree. ${number}`,
  store_refused: `The bucket refused this picture. ${number}`,
} as const satisfies Record<PageCode, string>;

/** While it tries again by itself: the same causes, but there is nothing to do. */
export const waiting = {
  network: "The connection was lost. Trying again in a moment.",
  no_answer: "The connection was lost. Trying again in a moment.",
  stalled: "The connection is stuck. Trying again in a moment.",
  unavailable: "The server is busy. Trying again in a moment.",
  bucket_busy: "The bucket is busy. Trying again in a moment.",
  form_expired: "Asking for a new permission to send.",
  rate_limited: "Many pictures at once. It goes on by itself in a moment.",
  // All files wait for it, and each says so.
  unauthenticated: "You are signed out. It goes on once you have signed in again.",
  other_viewer:
    "Somebody else has signed in. Sign in again as the person whose pictures these are, and it goes on.",
} as const satisfies Partial<Record<PageCode, string>>;
