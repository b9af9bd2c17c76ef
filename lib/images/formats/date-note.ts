import type { NotedBeside } from "../clock-time";

/** What a date in a file is of: the first of these that is noted is when the picture was taken. */
export const dateKinds = ["taken", "digitized", "changed"] as const;

/** A date as a file has it, not yet read. */
export interface DateNote {
  of: (typeof dateKinds)[number];
  text: string;
  beside?: NotedBeside;
}
