/** What stands around the doctor's findings, whose own sentences are those of the command. */
export const storage = {
  title: "Storage",
  examineNow: "Examine now",
  examinedAt: "Last examined on {moment}.",
  neverExamined: "It has not been examined yet.",
  examining: "Trying what Pail does with its bucket, and what nobody may do …",
  fatal: "Pail cannot work like this",
  warning: "Worth mending",
  fine: "Fine",
} as const;
