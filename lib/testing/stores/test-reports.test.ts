import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { asTable } from "./table";
import { readPlaywrightReport, readVitestReport } from "./test-reports";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "reports-"));
  file = path.join(folder, "report.json");
});
afterEach(() => rm(folder, { recursive: true }));

const write = (report: unknown) => writeFile(file, JSON.stringify(report));
const assertion = (fullName: string, status: string, ...failureMessages: string[]) => ({
  fullName,
  status,
  failureMessages,
});

test("of vitest's report: what passed, what failed and why, and what a hook kept from running", async () => {
  await write({
    testResults: [
      {
        name: "/p/a.test.ts",
        status: "failed",
        message: "",
        assertionResults: [
          assertion("one", "passed"),
          assertion("two", "failed", "\u001b[31mError: no\u001b[39m\n  such thing\n    at here"),
          assertion("three", "pending"),
        ],
      },
      {
        name: "/p/b.test.ts",
        status: "failed",
        message: "It did not start",
        assertionResults: [assertion("four", "skipped"), assertion("five", "skipped")],
      },
      { name: "/p/c.test.ts", status: "passed", assertionResults: [assertion("six", "skipped")] },
    ],
  });
  expect(await readVitestReport(file, 1)).toEqual({
    passed: 1,
    failures: ["two: Error: no such thing", "b.test.ts: It did not start"],
    notRun: 2,
  });
});

test("of Playwright's report: steps where a test has them, else tests", async () => {
  const ended = (status: string, more = {}) => [{ results: [{ status, ...more }] }];
  const steps = [{ title: "setup" }, { title: "start", error: { message: "it did not" } }];
  await write({
    suites: [
      { specs: [{ title: "journey", ok: false, tests: ended("failed", { steps, errors: [] }) }] },
      {
        suites: [
          {
            specs: [
              { title: "plain", ok: true, tests: ended("passed") },
              { title: "broken", ok: false, tests: ended("failed", { errors: [{ message: "why" }] }) },
              { title: "left out", ok: true, tests: ended("skipped") },
            ],
          },
        ],
      },
    ],
  });
  expect(await readPlaywrightReport(file, 1)).toEqual({
    passed: 2,
    failures: ["start: it did not", "broken: why"],
    notRun: 0,
  });
});

test("an exit code that no report accounts for is a failure", async () => {
  const failures = ["the tests ended with code 3"];
  expect(await readVitestReport(file, 3)).toEqual({ passed: 0, failures, notRun: 0 });
  await write({ suites: [] });
  expect(await readPlaywrightReport(file, 3)).toMatchObject({ failures });
  expect(await readPlaywrightReport(file, 0)).toMatchObject({ failures: [] });
});

test("the table has a line for each store, and below it what failed", () => {
  const green = { passed: 12, failures: [], notRun: 0 };
  const red = { passed: 1, failures: ["start: it did not"], notRun: 3 };
  const lines = asTable([
    {
      name: "minio",
      version: "v1",
      outcomes: [
        { title: "contract", ...green },
        { title: "journey", ...red },
      ],
      trouble: null,
      seconds: 7,
    },
    { name: "rustfs", version: "", outcomes: [], trouble: "There is no rustfs here.", seconds: 0 },
  ]).split("\n");
  expect(lines).toEqual([
    "",
    "store   version  contract   journey                        seconds",
    "minio   v1       12 passed  1 passed, 1 failed, 3 not run  7",
    "rustfs  -        -          -                              0",
    "",
    "minio:",
    "  journey: start: it did not",
    "",
    "rustfs:",
    "  There is no rustfs here.",
  ]);
});
