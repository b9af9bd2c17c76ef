import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const projectDir = path.resolve(import.meta.dirname, "..");
/** From the ground up: a room imports what stands on floors below its own. On the ground all know each other. */
const floors = [
  [
    "lib/env",
    "lib/error-codes",
    "lib/errors",
    "lib/clock",
    "lib/ids",
    "lib/log",
    "lib/without-secrets",
    "lib/request-context",
    "lib/metrics",
    "lib/traces",
    "lib/private-files",
    "lib/texts",
    "lib/require-node",
  ],
  ["lib/db", "lib/storage", "lib/local-bucket"],
  ["lib/accounts"],
  ["lib/images"],
  ["lib/decoder"],
  ["lib/albums", "lib/uploads"],
  ["lib/upkeep", "lib/move"],
  ["lib/actions", "lib/health", "lib/plain-refusals", "lib/content-security-policy"],
  ["lib/api"],
  ["lib/commands", "app", "proxy", "instrumentation"],
  ["lib/cli"],
];
/** The same within a room. */
const floorsWithin = {
  "lib/local-bucket/": ["wire", "signing", "forms", "index", "operations", "server"],
  "lib/uploads/client/": ["prepare", "send", "calls", "queue"],
};
/** What runs in a browser, besides client components. */
const inBrowser =
  /^lib\/(uploads\/client|images\/(client|clock-time|facts|formats|inspect|limits|names|tile-ratios|transparency|variants)\b)/;
/** What a browser may be sent of the rest of lib. */
const forBrowser = /^lib\/(texts|clock|error-codes|errors|\w+\/contract)\b/;
const forTests = /^(lib\/testing|lib\/bench|e2e)\/|\.(test|spec|config)\.ts$/;
const packagesOfServer =
  /^(node:|next|drizzle-orm|better-sqlite3|sharp|@libsql|@aws-sdk|@smithy|server-only)/;
const mayKnowNext =
  /^(app\/|proxy\.|instrumentation\.|lib\/actions\.|lib\/accounts\/session-cookie\.|lib\/commands\/start\.)/;
const sqlAndS3 = /^(drizzle-orm|better-sqlite3|@libsql|@aws-sdk|@smithy)/;

const roomOf = (place: string) =>
  floors
    .flat()
    .find((room) => place === room || (/^[./]/.test(place.slice(room.length)) && place.startsWith(room)));
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));

/** Why `file`, whose source has `"use client"` or not, may not import `target`, a path from the project's folder or a package. */
function objection(file: string, target: string, isClient: boolean): string | null {
  if (forTests.test(file)) return null;
  if (forTests.test(target)) return "the product knows nothing of tests";
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined) return "this file stands on no floor";
  const runsInBrowser = isClient || inBrowser.test(file);
  if (to === undefined) {
    if (runsInBrowser && packagesOfServer.test(target) && !(isClient && /^next/.test(target)))
      return "a browser does not have it";
    if (/^next(\/|$)/.test(target) && !mayKnowNext.test(file)) return "only pages know Next";
    return from === "app" && sqlAndS3.test(target) ? "pages hold no SQL and no S3" : null;
  }
  if (runsInBrowser && to !== "app" && !inBrowser.test(target) && !forBrowser.test(target))
    return "a browser does not have it";
  if (from === to) return objectionWithin(file, target);
  if (/\/contract$/.test(target)) return null;
  if (from === "app" && /^lib\/(db|storage|local-bucket|commands)/.test(to))
    return "pages hold no SQL and no S3";
  if (from === "lib/local-bucket") return "the local bucket knows nothing of Pail";
  return floorOf(to) < floorOf(from) || floorOf(from) === 0
    ? null
    : `${to} stands above ${from}, or beside it`;
}

function objectionWithin(file: string, target: string): string | null {
  for (const [room, inner] of Object.entries(floorsWithin)) {
    const [from = -1, to = -1] = [file, target].map((place) =>
      inner.indexOf(place.startsWith(room) ? (place.slice(room.length).split("/")[0] ?? "") : ""),
    );
    if (from >= 0 && to > from) return `${inner[to]}/ stands above ${inner[from]}/`;
  }
  return null;
}

const importing = /(?:\bfrom|\bimport\(?)\s*"([^"]+)"/g;

function importsOf(file: string, source: string): string[] {
  return [...source.matchAll(importing)].map(([, name = ""]) => {
    if (name.startsWith("@/")) return name.slice(2);
    return name.startsWith(".") ? path.posix.join(path.posix.dirname(file), name) : name;
  });
}

const objectionsTo = (file: string, source: string) =>
  importsOf(file, source).flatMap((target) => {
    const reason = objection(file, target, /^"use client"/m.test(source));
    return reason === null ? [] : [`${file} imports ${target}: ${reason}`];
  });

const house = new Map(
  ["app", "lib", "proxy.ts"]
    .flatMap((place) =>
      fs.globSync([place, `${place}/**/*.{ts,tsx,cjs}`], { cwd: projectDir, exclude: ["**/node_modules"] }),
    )
    .filter((file) => /\.(ts|tsx|cjs)$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => [file, fs.readFileSync(path.join(projectDir, file), "utf8")]),
);

test("every module imports only what stands below it", () => {
  expect(house.size).toBeGreaterThan(250);
  expect([...house].flatMap(([file, source]) => objectionsTo(file, source))).toEqual([]);
});

test.each([
  ["lib/images/image.ts", 'import { act } from "@/lib/actions";'],
  ["lib/images/image.ts", 'import type { Operation } from "../api/operations";'],
  ["lib/albums/albums.ts", 'import { beginUploads } from "@/lib/uploads/begin";'],
  ["lib/albums/albums.ts", 'import { startTestPail } from "@/lib/testing/test-pail";'],
  ["lib/storage/storage.ts", 'export type { Database } from "@/lib/db/client";'],
  ["lib/local-bucket/server.ts", 'const log = await import("@/lib/log");'],
  ["lib/uploads/client/send/retry.ts", 'import fs from "node:fs";'],
  ["lib/uploads/client/send/retry.ts", 'import { sql } from "drizzle-orm";'],
  ["lib/uploads/client/send/retry.ts", 'import type { UploadQueue } from "../queue/upload-queue";'],
  ["lib/local-bucket/wire/xml.ts", 'import type { Store } from "../index/store";'],
  ["lib/uploads/begin.ts", 'import { cookies } from "next/headers";'],
  ["app/page.tsx", 'import { eq } from "drizzle-orm";'],
  ["app/_uploads/tray.tsx", '"use client";\nimport { env } from "@/lib/env";'],
  ["lib/new-room/file.ts", 'import { log } from "@/lib/log";'],
])("%s may not hold %s", (file, source) => {
  expect(objectionsTo(file, source)).toHaveLength(1);
});

test("no modules import each other in a circle, types included", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: string[]) => {
    if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
    if (done.has(file) || trail.includes(file)) return;
    for (const target of importsOf(file, house.get(file) ?? "")) {
      const found = ["", ".ts", ".tsx", ".cjs"].find((ending) => house.has(target + ending));
      if (found !== undefined) visit(target + found, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of house.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

// See “Several instances” in lib/commands/README.md.
test("no action closes over values, which the key of the actions would have to hide", () => {
  const withActions = [...house].filter(
    ([file, source]) => /^\s*["']use server["']/m.test(source) && !forTests.test(file),
  );
  expect(withActions.length).toBeGreaterThan(5);
  for (const [file, source] of withActions)
    expect([file, source.match(/["']use server["']/g)?.length, source.indexOf('"use server"')]).toEqual([
      file,
      1,
      0,
    ]);
});
