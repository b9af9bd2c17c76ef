import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now, setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { tokens } from "@/lib/db/schema";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { createToken, listTokens, requireTokenOwner, revokeToken, type TokenScope } from "./tokens";
import type { Viewer } from "./viewer";

const dayMs = 24 * 60 * 60 * 1000;
let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
let addresses = 0;

beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
  addresses += 1;
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const make = (scopes: TokenScope[] = ["upload"], lifetimeDays: 30 | null = 30) =>
  createToken(viewer, { name: "A script", scopes, lifetimeDays });
const ownerOf = (secret: string, scope: TokenScope = "upload") =>
  requireTokenOwner(secret, scope, { address: `address ${addresses}`, userAgent: "" });
const later = (ms: number) => setClock(new Date(now().getTime() + ms));

describe("a token", () => {
  test("stands for its owner, and only its hash is kept", async () => {
    const secret = await make();
    expect(secret).toMatch(/^pail_[\w-]{43}$/);
    expect(await ownerOf(secret)).toEqual(viewer);
    const rows = await database().orm.select().from(tokens).where(eq(tokens.userId, viewer.id));
    expect(JSON.stringify(rows)).not.toContain(secret.slice("pail_".length));
    expect(Object.keys((await listTokens(viewer))[0] ?? {})).not.toContain("hash");
  });

  test("opens nothing that its scopes do not name", async () => {
    const secret = await make(["upload"]);
    await expect(ownerOf(secret, "read")).rejects.toMatchObject({ code: "forbidden", status: 403 });
    await expect(ownerOf(secret, "delete")).rejects.toMatchObject({ code: "forbidden" });
    expect(await ownerOf(await make(["read", "delete"]), "delete")).toEqual(viewer);
  });

  test("ends when it expires; one without an end does not", async () => {
    const [month, ever] = [await make(["read"], 30), await make(["read"], null)];
    later(30 * dayMs - 1000);
    expect(await ownerOf(month, "read")).toEqual(viewer);
    later(1000);
    await expect(ownerOf(month, "read")).rejects.toMatchObject({ code: "unauthenticated", status: 401 });
    later(3650 * dayMs);
    expect(await ownerOf(ever, "read")).toEqual(viewer);
  });

  test("ends when its owner revokes it, and nobody else can", async () => {
    const secret = await make();
    const [token] = await listTokens(viewer);
    const other = await addViewer();
    expect(await listTokens(other)).toEqual([]);
    await expect(revokeToken(other, token?.id ?? "")).rejects.toMatchObject({ code: "not_found" });
    expect(await ownerOf(secret)).toEqual(viewer);
    await revokeToken(viewer, token?.id ?? "");
    await expect(ownerOf(secret)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("remembers to the minute when it was used", async () => {
    setClock(new Date("2026-01-01T10:00:00Z"));
    const secret = await make();
    const lastUsed = async () => (await listTokens(viewer))[0]?.lastUsedAt?.toISOString().slice(11, 16);
    expect(await lastUsed()).toBeUndefined();
    await ownerOf(secret);
    expect(await lastUsed()).toBe("10:00");
    later(50_000);
    await ownerOf(secret);
    expect(await lastUsed()).toBe("10:00");
    later(15_000);
    await ownerOf(secret);
    expect(await lastUsed()).toBe("10:01");
  });
});

describe("limits", () => {
  test("one has at most fifty tokens", async () => {
    for (let n = 0; n < 50; n += 1) await make();
    await expect(make()).rejects.toMatchObject({ code: "too_many_tokens" });
    await revokeToken(viewer, (await listTokens(viewer))[0]?.id ?? "");
    await make();
  });

  test("whoever guesses is soon not answered, and locks nobody out", async () => {
    const secret = await make();
    for (let n = 0; n < 60; n += 1)
      await expect(ownerOf(`pail_${n}`)).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(ownerOf("pail_another")).rejects.toMatchObject({ code: "rate_limited", status: 429 });
    expect(await ownerOf(secret)).toEqual(viewer);
  });

  test("a token has so many uses in a minute", async () => {
    setClock(new Date("2026-01-01T10:00:00Z"));
    const secret = await make();
    for (let n = 0; n < 600; n += 1) await ownerOf(secret);
    await expect(ownerOf(secret)).rejects.toMatchObject({ code: "rate_limited" });
    later(60_000);
    expect(await ownerOf(secret)).toEqual(viewer);
  });
});
