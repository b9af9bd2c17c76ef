/** Resolves once every file is where it should be. */
export type Contender = (files: File[]) => Promise<void>;

/** The page that the bench opens calls them by name. */
export function contend(contenders: Record<string, Contender>): void {
  Object.assign(globalThis, { contenders });
}
