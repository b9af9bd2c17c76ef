import { compareNames, type Difference } from "./compare-folder";
import type { Store } from "./store";
import { removeBlobs } from "./store-object";

/** How many differences are written to the log one by one. */
const maxLogged = 20;

/**
 * Ends what an earlier process was in the middle of, and compares the index with the files. A file is removed only where
 * it is known that nobody needs it: one that was let go, or one that was never finished. Any other stays and is reported.
 */
export async function recover(store: Store): Promise<void> {
  await removeBlobs(store, store.registry.allLetGo());
  for (const id of await store.blobs.unfinished()) {
    if (store.registry.find(id)) await store.blobs.finish(id);
    else await store.blobs.drop(id);
  }
  const differences: Difference[] = [];
  for await (const difference of compareNames(store)) differences.push(difference);
  for (const { kind, id } of differences.slice(0, maxLogged)) {
    store.report(`${kind}: blob ${id}`, "run the deep check of this folder");
  }
  if (differences.length > 0) {
    store.report(`the index and the files differ in ${differences.length} places`, "see above");
  }
}
