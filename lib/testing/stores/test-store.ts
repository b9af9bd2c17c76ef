import type { Processes } from "./processes";

/** A store that tests are run against. */
export interface TestStore {
  /** names in quirks.ts, divided by commas */
  quirks: string;
  /** Why it cannot be had here, as a sentence that says what to do; null where it can be. */
  findObstacle(): Promise<string | null>;
  /**
   * Gets it, where it is not here yet, and starts it on 127.0.0.1. It may not answer at once. Throws AppError where either
   * cannot be done.
   */
  start(surroundings: Surroundings): Promise<RunningStore>;
}

/** Where a store lives: both go with it. */
export interface Surroundings {
  folder: string;
  processes: Processes;
}

export interface RunningStore {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  region: string;
  credentials: Credentials;
  /** A second user, who may do only what the first one's bucket policies allow. */
  stranger?: Credentials & { arn: string };
  /** as it says itself */
  version: string;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}
