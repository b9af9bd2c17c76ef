/** The plain form, for browsers without JavaScript. */
export const upload = {
  title: "Upload",
  heading: "Upload a picture",
  duplicate: "You already have this picture.",
  showIt: "Show it",
  picture: "Picture",
  hint: "One at a time, up to {size}.",
  send: "Upload",
} as const;
