import { afterEach, expect, test } from "vitest";
import { setEnv } from "@/lib/env";
import { findRequestId } from "@/lib/request-context";
import { type RawServer, serveRaw } from "@/lib/testing/held-connections";
import { withRequestId } from "./request-id";

let raw: RawServer;
afterEach(async () => {
  await raw.stop();
  setEnv({ TRUST_PROXY: "" });
});

/** The id in the answer's head, and the one that whoever answered knew. */
async function idsOf(given: string | null): Promise<[said: string | undefined, known: string]> {
  raw = await serveRaw(
    withRequestId(async (_request, response) => {
      await Promise.resolve();
      response.end(`known: ${findRequestId()}\n`);
    }),
  );
  const header = given === null ? "" : `X-Request-Id: ${given}\r\n`;
  const { ended } = await raw.hold(`GET / HTTP/1.1\r\nHost: a\r\n${header}Connection: close\r\n\r\n`);
  const answer = await ended;
  return [/^x-request-id: (.*)\r$/im.exec(answer)?.[1], /^known: (.*)$/m.exec(answer)?.[1] ?? ""];
}

test("a request has an id, which its answer says too", async () => {
  const [said, known] = await idsOf(null);
  expect(said).toMatch(/^[0-9a-f-]{36}$/);
  expect(known).toBe(said);
  expect(findRequestId()).toBeNull();
});

test("a proxy's id goes on, a stranger's does not", async () => {
  expect((await idsOf("4bf92f3577b34da6"))[0]).not.toBe("4bf92f3577b34da6");
  await raw.stop();
  setEnv({ TRUST_PROXY: "1" });
  expect(await idsOf("4bf92f3577b34da6")).toEqual(["4bf92f3577b34da6", "4bf92f3577b34da6"]);
});

test.each(["short", "a".repeat(65), 'x"} {"level":50', "with space here"])(
  "what no proxy makes is not taken: %s",
  async (given) => {
    setEnv({ TRUST_PROXY: "1" });
    const [said] = await idsOf(given);
    expect(said).toMatch(/^[0-9a-f-]{36}$/);
  },
);
