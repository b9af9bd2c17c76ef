import { AppError } from "@/lib/errors";
import { runBrowser, runContract, runJourney } from "./run-tests";
import { startStore } from "./start-store";
import { type StoreName, storeNames, stores } from "./stores";
import { asTable, type Result } from "./table";

// `npm run test:stores` asks real stores what any store must pass, then runs a journey in a browser with each; without names
// all those that can be had here. After the names, --contract runs the first alone and --journey the second; --browser runs the
// other browser tests. What follows --contract is vitest's, and what follows --browser is Playwright's.
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const parts = ["--contract", "--journey", "--browser"] as const;
type Part = (typeof parts)[number];

const interruption = new AbortController();
let exitCode: number | undefined;
for (const [signal, code] of Object.entries(signals)) {
  process.on(signal, () => {
    exitCode ??= code;
    interruption.abort(new AppError("interrupted"));
  });
}
const ended = await main(process.argv.slice(2));
process.exit(exitCode ?? ended);

async function main(args: string[]): Promise<number> {
  const first = args.findIndex((arg) => arg.startsWith("-"));
  const [names, [part, ...further]] = first < 0 ? [args, []] : [args.slice(0, first), args.slice(first)];
  const unknown = names.filter((name) => !storeNames.some((known) => known === name));
  if (unknown.length > 0 || (part !== undefined && !parts.some((known) => known === part))) {
    console.error(`Say which stores: ${storeNames.join(", ")}. Then, maybe, one of ${parts.join(", ")}.`);
    return 2;
  }
  const chosen = names.length > 0 ? (names as StoreName[]) : await thoseToBeHad();
  const results: Result[] = [];
  for (const name of chosen) {
    if (interruption.signal.aborted) break;
    results.push(await tryStore(name, part as Part | undefined, further));
  }
  console.log(asTable(results));
  const isGreen = ({ trouble, outcomes }: Result) =>
    trouble === null && outcomes.every(({ failures }) => failures.length === 0);
  return results.length === chosen.length && results.every(isGreen) ? 0 : 1;
}

async function thoseToBeHad(): Promise<StoreName[]> {
  const obstacles = await Promise.all(storeNames.map((name) => stores[name].findObstacle()));
  for (const [index, obstacle] of obstacles.entries())
    if (obstacle !== null) console.error(`Without ${storeNames[index]}. ${obstacle}`);
  return storeNames.filter((_, index) => obstacles[index] === null);
}

async function tryStore(name: StoreName, part: Part | undefined, further: string[]): Promise<Result> {
  const begin = performance.now();
  const result: Result = { name, version: "", outcomes: [], trouble: null, seconds: 0 };
  try {
    console.error(`\n${name}: getting and starting it …`);
    const store = await startStore(name, interruption.signal);
    result.version = store.version;
    try {
      if (part === "--contract" || part === undefined)
        result.outcomes.push({ title: "contract", ...(await runContract(name, store, further)) });
      if (part === "--journey" || part === undefined)
        result.outcomes.push({ title: "journey", ...(await runJourney(name, store)) });
      if (part === "--browser")
        result.outcomes.push({ title: "browser", ...(await runBrowser(name, store, further)) });
    } finally {
      await store.stop();
    }
  } catch (error) {
    result.trouble = error instanceof AppError ? error.message : String((error as Error).stack);
  }
  return { ...result, seconds: Math.round((performance.now() - begin) / 1000) };
}
