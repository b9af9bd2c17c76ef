import { NextRequest } from "next/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openRoute } from "@/lib/api/route";
import { proxy } from "@/proxy";
import { env, setEnv } from "./env";

// It is for pages, and cannot be loaded without one.
vi.mock("next/navigation", () => ({ unstable_rethrow: () => {} }));

const sentence = /^Please correct the environment: S3_PORT [^\n]*\.\n?$/;
const ask = (path: string) => proxy(new NextRequest(`http://localhost:3000${path}`));

beforeEach(() => setEnv({ S3_PORT: "ninety" }));
afterEach(() => setEnv({ S3_PORT: "" }));

test.each(["/", "/images/1", "/no-such-page"])("%s says what to set, as plain text", async (path) => {
  const response = ask(path);
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).toMatch(sentence);
});

test.each(["/healthz", "/cron"])("%s says it as JSON", async (path) => {
  const response = ask(path);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ code: "unavailable", message: expect.stringMatching(sentence) });
});

test("the API says it as it says all else", async () => {
  const response = openRoute(env)();
  expect(response.status).toBe(503);
  const { error } = (await response.json()) as { error: object };
  expect(error).toEqual({ code: "unavailable", message: expect.stringMatching(sentence) });
});

test("with the settings mended, pages are let through", () => {
  setEnv({ S3_PORT: "" });
  expect(ask("/").headers.get("x-middleware-next")).toBe("1");
});
