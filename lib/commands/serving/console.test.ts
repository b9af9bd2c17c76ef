import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { log } from "@/lib/log";
import { reachAction } from "@/lib/request-context";
import { sendConsoleToLog } from "./console";
import { refusingMalformedActions } from "./malformed-actions";
import { withRequestId } from "./request-id";

const [error, warn, debug] = [vi.spyOn(log, "error"), vi.spyOn(log, "warn"), vi.spyOn(log, "debug")];
const { error: consoleError, warn: consoleWarn, log: consoleLog } = console;
afterEach(() => {
  console.error = consoleError;
  console.warn = consoleWarn;
  console.log = consoleLog;
  vi.clearAllMocks();
});

/** What a page answers that Next made of `work`, as it does for one that fails. */
async function statusOf(method: string, work: () => void): Promise<number> {
  const failing: RequestListener = (_request, response) => {
    try {
      work();
      response.end();
    } catch (reason) {
      console.error(" ⨯", reason);
      response.statusCode = 500;
      response.end();
    }
  };
  const server = createServer(withRequestId(refusingMalformedActions(failing)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method });
  server.close();
  return status;
}

const fail = () => {
  throw new SyntaxError("it is no JSON");
};

test("what is said on the console becomes a line of the log, with the error that it is about", () => {
  sendConsoleToLog();
  const reason = new Error("away");
  console.error("\x1b[31m ⨯\x1b[0m", reason);
  console.warn("%s is %d", "this", 7);
  expect(error.mock.calls).toEqual([[{ err: reason }, "a page failed"]]);
  expect(warn.mock.calls).toEqual([["this is 7"]]);
});

test("what Next says of itself is nothing on standard output", () => {
  const written = vi.spyOn(process.stdout, "write");
  sendConsoleToLog();
  console.log("\x1b[32m✓\x1b[0m Running %s took 0.9ms", "next.config");
  expect(written).not.toHaveBeenCalled();
  expect(debug.mock.calls).toEqual([["✓ Running next.config took 0.9ms"]]);
  written.mockRestore();
});

test("an action that fails before it is reached is 400, and counted once a minute; any other failure is 500 and logged", async () => {
  sendConsoleToLog();
  expect(await statusOf("GET", fail)).toBe(500);
  const reachAndFail = () => {
    reachAction();
    fail();
  };
  expect(await statusOf("POST", reachAndFail)).toBe(500);
  expect(error).toHaveBeenCalledTimes(2);
  for (let n = 0; n < 5; n += 1) expect(await statusOf("POST", fail)).toBe(400);
  expect(await statusOf("POST", reachAction)).toBe(200);
  expect(error).toHaveBeenCalledTimes(2);
  expect(warn.mock.calls).toEqual([[{ refused: 1, last: "SyntaxError" }, "actions that cannot be read"]]);
});
