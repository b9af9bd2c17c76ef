import { expect, test } from "vitest";
import { bodyOf } from "./body";

const request = (body: ReadableStream<Uint8Array> | null) =>
  new Request("http://localhost:3000/api/v1/images", { method: "POST", body, duplex: "half" } as RequestInit);

async function read(sent: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(sent)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a body comes as it was sent; none is empty", async () => {
  const body = new Blob(["one ", "two"]).stream();
  expect((await read(request(body))).toString()).toBe("one two");
  expect(await read(request(null))).toHaveLength(0);
});

test("one whose sender goes away is broken off, with nothing for the log", async () => {
  let chunks = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1;
      if (chunks < 3) controller.enqueue(Buffer.alloc(1000));
      else controller.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    },
  });
  const error = await read(request(body)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "AppError", code: "broken_off" });
  expect(error).not.toHaveProperty("cause");
});

test("whoever reads no further lets the rest go", async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.alloc(1000)),
    cancel: () => {
      isCancelled = true;
    },
  });
  for await (const chunk of bodyOf(request(body))) if (chunk.length > 0) break;
  expect(isCancelled).toBe(true);
});
