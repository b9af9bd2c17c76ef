/** What stands around the doctor's findings, whose own sentences are those of the command. */
export const storage = {
  title: "Storage",
  checkAgain: "Check again",
  examining: "Trying what Pail does with its bucket, and what nobody may do …",
  fatal: "Pail cannot work like this",
  warning: "Worth mending",
  fine: "Fine",
} as const;
