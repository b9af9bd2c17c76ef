import { readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { afterEach, expect, test } from "vitest";

const source = readFileSync(path.join(import.meta.dirname, "service-worker.js"), "utf8");
const origin = "https://pail.example.org";

type Listener = (event: unknown) => void;
const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** The worker among what a browser gives it; where it answers nothing itself, the network does. */
function startWorker() {
  const listeners = new Map<string, Listener>();
  const self = {
    location: { origin },
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
  };
  const locks = { request: () => new Promise(() => {}) };
  vm.runInNewContext(source, {
    ...{ build: "a", self, navigator: { locks }, console, URL, Request, Response, ReadableStream },
    ...{ AbortController, setTimeout: () => 0, clearTimeout: () => {} },
  });
  return {
    tell: (data: unknown, port: MessagePort) => listeners.get("message")?.({ data, ports: [port] }),
    ask(address: string): Response | null {
      let answer: Response | null = null;
      const request = new Request(origin + address);
      listeners.get("fetch")?.({ request, respondWith: (own: Response) => (answer = own), waitUntil() {} });
      return answer;
    },
  };
}

/** A page whose download passes through the worker, one block whenever it is asked for one. */
function offerDownload(worker: ReturnType<typeof startWorker>, address: string, blocks: string[]) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port1.onmessage = ({ data }) => {
    if (data !== "pull") return;
    const block = blocks.shift();
    port1.postMessage(block === undefined ? "close" : new TextEncoder().encode(block));
  };
  worker.tell({ type: "download", path: address, name: "Lake’s (1).zip" }, port2);
}

test("a download goes to whoever asks for it first, whole, and is not there any more afterwards", async () => {
  const worker = startWorker();
  offerDownload(worker, "/downloads/a", ["one ", "two ", "three"]);
  offerDownload(worker, "/downloads/b", ["other"]);
  const answer = worker.ask("/downloads/a");
  expect(answer?.headers.get("content-disposition")).toBe(
    "attachment; filename*=UTF-8''Lake%E2%80%99s%20%281%29.zip",
  );
  const reader = answer?.body?.getReader();
  const read = async () => new TextDecoder().decode((await reader?.read())?.value);
  expect(await read()).toBe("one ");
  // As by the address that a browser lists with its downloads, in a second tab.
  expect(worker.ask("/downloads/a")).toBe(null);
  expect(await worker.ask("/downloads/b")?.text()).toBe("other");
  expect(await read()).toBe("two ");
  expect(await read()).toBe("three");
  expect((await reader?.read())?.done).toBe(true);
  expect(worker.ask("/downloads/a")).toBe(null);
  expect(worker.ask("/downloads/c")).toBe(null);
});
