/** How the timeline looks, and where in it one is. */
export const timeline = {
  size: "Size of the pictures",
  small: "Small pictures",
  medium: "Medium pictures",
  large: "Large pictures",
  order: "Order",
  newest: "Newest first",
  oldest: "Oldest first",
  scrubber: "Go to a month",
} as const;
