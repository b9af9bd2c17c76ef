import "server-only";
import { observe } from "@/lib/metrics";

/** Measures what a database is asked, for `/metrics`. */
export async function observed<T>(call: () => Promise<T>): Promise<T> {
  const end = begin();
  try {
    const answer = await call();
    end("done");
    return answer;
  } catch (error) {
    end("failed");
    throw error;
  }
}

function begin(): (outcome: "done" | "failed") => void {
  const startedAt = performance.now();
  return (outcome) => observe.query(outcome, performance.now() - startedAt);
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
  const end = begin();
  try {
    const answer = call();
    end("done");
    return answer;
  } catch (error) {
    end("failed");
    throw error;
  }
}
