/** What is done with a picture before it is offered, in turn. */
export const preparingSteps = ["reading", "decoding", "resizing"] as const;

/** How far it is. */
export interface Preparing {
  step: (typeof preparingSteps)[number];
  /** of this step, 0 to 1; null where nobody can tell, as of a browser's own decoder */
  share: number | null;
}

export type TellPreparing = (preparing: Preparing) => void;
