import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

/** How much of a reason is shown, in characters. */
const shown = 300;

/** What came of some tests. */
export interface Outcome {
  passed: number;
  /** tests that failed, each with the beginning of its reason, and what failed besides tests */
  failures: string[];
  /** tests that could not be run, for something before them had failed */
  notRun: number;
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Reads vitest's JSON report. An exit code that nothing in it accounts for is a failure of its own. */
export async function readVitestReport(file: string, exitCode: number): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failures: [], notRun: 0 };
  const { testResults = [] } = existsSync(file)
    ? vitestReport.parse(JSON.parse(await readFile(file, "utf8")))
    : {};
  for (const { name, status, message = "", assertionResults } of testResults) {
    const of = (wanted: string) => assertionResults.filter((test) => test.status === wanted);
    outcome.passed += of("passed").length;
    const failed = of("failed").map((test) => `${test.fullName}: ${begin(test.failureMessages?.[0])}`);
    outcome.failures.push(...failed);
    if (status !== "failed" || failed.length > 0) continue;
    outcome.failures.push(`${path.basename(name)}: ${begin(message)}`);
    outcome.notRun += assertionResults.length - of("passed").length;
  }
  return accountFor(outcome, exitCode);
}

const failure = z.object({ message: z.string().optional() });
const step = z.object({ title: z.string(), error: failure.optional() });
const spec = z.object({
  title: z.string(),
  ok: z.boolean(),
  tests: z.array(
    z.object({
      results: z.array(
        z.object({
          status: z.string(),
          errors: z.array(failure).optional(),
          steps: z.array(step).optional(),
        }),
      ),
    }),
  ),
});
const suite = z.object({
  specs: z.array(spec).optional(),
  get suites() {
    return z.array(suite).optional();
  },
});
type Spec = z.infer<typeof spec>;
const playwrightReport = z.object({ suites: z.array(suite), errors: z.array(failure).optional() });

/** Reads Playwright's JSON report. The steps of a test that has some count in its place. */
export async function readPlaywrightReport(file: string, exitCode: number): Promise<Outcome> {
  const { suites = [], errors = [] } = existsSync(file)
    ? playwrightReport.parse(JSON.parse(await readFile(file, "utf8")))
    : {};
  const outcome: Outcome = {
    passed: 0,
    failures: errors.map(({ message }) => begin(message)),
    notRun: 0,
  };
  for (const each of suites.flatMap(specsOf)) add(outcome, each);
  return accountFor(outcome, exitCode);
}

const specsOf = ({ specs = [], suites = [] }: z.infer<typeof suite>): Spec[] => [
  ...specs,
  ...suites.flatMap(specsOf),
];

function add(outcome: Outcome, { title, ok, tests }: Spec): void {
  const result = tests.at(-1)?.results.at(-1);
  const { steps = [], errors = [] } = result ?? {};
  if (result?.status === "skipped") return;
  const failed = steps.flatMap(({ title: name, error }) => error && [`${name}: ${begin(error.message)}`]);
  const known = failed.filter((sentence) => sentence !== undefined);
  outcome.passed += steps.length === 0 ? Number(ok) : steps.length - known.length;
  outcome.failures.push(...known);
  if (!ok && known.length === 0) outcome.failures.push(`${title}: ${begin(errors[0]?.message)}`);
}

function accountFor(outcome: Outcome, exitCode: number): Outcome {
  if (exitCode === 0 || outcome.failures.length > 0) return outcome;
  return { ...outcome, failures: [`the tests ended with code ${exitCode}`] };
}

const begin = (text = ""): string =>
  stripVTControlCharacters(text)
    .split(/\n\s+at /, 1)
    .join()
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, shown);
