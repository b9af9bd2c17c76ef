/** The plain form, for browsers without JavaScript. */
export const upload = {
  title: "Upload",
  heading: "Upload a picture",
  duplicate: "You already have this picture.",
  showIt: "Show it",
  picture: "Picture",
  hint: "One at a time, up to {size}.",
  send: "Upload",
  needsScript:
    "The bucket of this Pail takes pictures only with JavaScript: turn it on, and add them under Pictures.",
} as const;
