import "server-only";
import { observe } from "@/lib/metrics";

/** Measures what a database is asked, for `/metrics`. */
export async function observed<T>(call: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  let outcome: "done" | "failed" = "failed";
  try {
    const answer = await call();
    outcome = "done";
    return answer;
  } finally {
    observe.query(outcome, performance.now() - startedAt);
  }
}

const ways = ["run", "all", "get", "values"] as const;
type Prepared = Record<(typeof ways)[number], (...args: unknown[]) => unknown>;

/** The same for the driver that answers at once. Drizzle does not tell of its queries. */
export function observeSync(orm: object): void {
  const { session } = orm as { session: { prepareQuery(...query: unknown[]): Prepared } };
  const prepareQuery = session.prepareQuery.bind(session);
  session.prepareQuery = (...query) => {
    const prepared = prepareQuery(...query);
    for (const way of ways) {
      const run = prepared[way].bind(prepared);
      prepared[way] = (...args) => observedSync(() => run(...args));
    }
    return prepared;
  };
}

function observedSync<T>(call: () => T): T {
  const startedAt = performance.now();
  let outcome: "done" | "failed" = "failed";
  try {
    const answer = call();
    outcome = "done";
    return answer;
  } finally {
    observe.query(outcome, performance.now() - startedAt);
  }
}
