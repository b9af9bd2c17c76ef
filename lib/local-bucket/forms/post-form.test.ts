import { randomBytes } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  boundary,
  encodeForm,
  type Form,
  pinnedForm,
  postBytes,
  postForm,
} from "@/lib/testing/local-bucket/forms";
import { send } from "@/lib/testing/local-bucket/raw-http";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { readPostForm } from "./post-form";

let server: TestServer;
let form: Form;
let body: Buffer;

// What looks like the end of a part, over and over, and bytes that are no text.
const file = Buffer.concat([
  Buffer.from(`\r\n--${boundary.slice(0, -1)}\r\n--\r\n\r\n-`),
  Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)),
  Buffer.from(`--${boundary}\r\n\r`),
]);

beforeAll(async () => {
  server = await startTestServer();
  form = await pinnedForm(server, "form/a.png", file);
  body = encodeForm(form);
});
afterAll(() => server.stop());

const pause = () => new Promise((resolve) => setImmediate(resolve));

test("the same form in any chunks is the same object", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 30 }), async (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), body.length];
      const chunks = at.slice(1).map((end, i) => body.subarray(at[i], end));
      const answer = await postBytes(server, chunks);
      expect(answer.status).toBe(201);
      await pause();
      expect(await server.files()).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});

test("the same form byte by byte is the same object", async () => {
  expect(
    (
      await postBytes(
        server,
        [...body].map((byte) => Buffer.from([byte])),
      )
    ).status,
  ).toBe(201);
});

test("a form that ends anywhere too soon is refused and leaves nothing", async () => {
  const cut = await pinnedForm(server, "form/cut.png", file);
  const whole = encodeForm(cut);
  const before = (await server.files()).length;
  // Without the line break at its end the closing boundary is still whole.
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 3 }), async (length) => {
      const answer = await postBytes(server, [whole.subarray(0, length)]);
      expect([400, 403]).toContain(answer.status);
      expect(answer.code).toBeDefined();
    }),
    // The last bytes of the closing boundary are what chance would hardly cut.
    { numRuns: 80, examples: [3, 4, 5, 6, 7].map((missing): [number] => [whole.length - missing]) },
  );
  expect(await exists(server, "form/cut.png")).toBe(false);
  expect(await server.files()).toHaveLength(before);
});

test("a form that breaks off after its file is refused, however long it takes to", async () => {
  const late = await pinnedForm(server, "form/late.png", file);
  const whole = encodeForm(late);
  const fileEnd = whole.length - Buffer.byteLength(`--${boundary}--\r\n`);
  const start = Buffer.concat([whole.subarray(0, fileEnd), Buffer.from(`--${boundary}\r\n`)]);
  const end = Buffer.from('Content-Disposition: form-data; name="submit"\r\n\r\ngo');
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${server.endpoint}/${server.bucket}`, {
      method: "POST",
      headers: {
        "Content-Type": `multipart/form-data; boundary=${boundary}`,
        "Content-Length": start.length + end.length,
      },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => resolve(response.resume().statusCode));
    outgoing.write(start);
    setTimeout(() => outgoing.end(end), 100);
  });
  expect(status).toBe(400);
  expect(await exists(server, "form/late.png")).toBe(false);
});

test("any bytes at all get an answer in S3's words", async () => {
  const token = fc.constantFrom(
    `--${boundary}`,
    `\r\n--${boundary}`,
    `--${boundary}--`,
    "\r\n",
    "\r\n\r\n",
    "Content-Disposition: form-data",
    'Content-Disposition: form-data; name="file"; filename="x"',
    'Content-Disposition: form-data; name="key"',
    "Content-Type: image/png",
    "Content-Type: text/plain; charset=utf-16le",
    "\0",
    "-",
  );
  const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const bytes = fc
    .array(
      fc.oneof(
        token.map((text) => Buffer.from(text)),
        noise,
      ),
      { maxLength: 40 },
    )
    .map((parts) => Buffer.concat(parts));
  const before = (await server.files()).length;
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      const answer = await postBytes(server, [content]);
      expect([400, 403]).toContain(answer.status);
      expect(answer.code).toBeDefined();
    }),
    { numRuns: 150 },
  );
  expect(await server.files()).toHaveLength(before);
});

test.each([
  ["no boundary", "multipart/form-data", 412],
  ["an empty boundary", "multipart/form-data; boundary=", 400],
  ["an empty quoted boundary", 'multipart/form-data; boundary=""', 400],
  ["a boundary of 71 characters", `multipart/form-data; boundary=${"b".repeat(71)}`, 400],
  ["another boundary", "multipart/form-data; boundary=other", 400],
  ["another type", "application/x-www-form-urlencoded", 412],
])("a form with %s is refused", async (_what, type, status) => {
  const answer = await postBytes(server, [body], { "Content-Type": type });
  expect(answer.status).toBe(status);
});

const field = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

test.each([
  ["a field twice", field("key", "form/other.png") + field("KEY", "x"), "MalformedPOSTRequest"],
  [
    "too many bytes before the file",
    field("x-ignore-big", "x".repeat(20 * 1024)),
    "MaxPostPreDataLengthExceededError",
  ],
  [
    "a thousand fields",
    Array.from({ length: 1000 }, (_, i) => field(`x-ignore-${i}`, "")).join(""),
    "MaxPostPreDataLengthExceededError",
  ],
  ["too long a preamble", `${"x".repeat(20 * 1024)}\r\n`, "MaxPostPreDataLengthExceededError"],
  ["a head that never ends", `--${boundary}\r\nX-Long: ${"x".repeat(20 * 1024)}`, "MalformedPOSTRequest"],
  [
    "a field without a name",
    `--${boundary}\r\nContent-Disposition: form-data\r\n\r\nx\r\n`,
    "MalformedPOSTRequest",
  ],
  ["a field with an empty name", field("", "x"), "MalformedPOSTRequest"],
  ["a field with a line break in its name", field("a%0D%0Ab", "x"), "AccessDenied"],
  ["a field that is not UTF-8", field("x-ignore-x", "\xff\xfe"), "MalformedPOSTRequest"],
  [
    "a field in another encoding",
    `--${boundary}\r\nContent-Disposition: form-data; name="x-ignore-x"\r\nContent-Type: text/plain; charset=utf-16le\r\n\r\nx\r\n`,
    "MalformedPOSTRequest",
  ],
])("a form with %s is refused", async (_what, extra, code) => {
  const answer = await postBytes(server, [Buffer.from(extra, "latin1"), body]);
  expect([answer.status, answer.code]).toEqual([code === "AccessDenied" ? 403 : 400, code]);
});

test("everything before the file may have 20 KB and not a byte more", async () => {
  const fileAt = body.indexOf(file);
  const room = 20 * 1024 - fileAt - field("x-ignore-big", "").length;
  const filled = (bytes: number) => Buffer.from(field("x-ignore-big", "x".repeat(bytes)));
  expect((await postBytes(server, [filled(room), body])).status).toBe(201);
  const tooLong = await postBytes(server, [filled(room + 1), body]);
  expect([tooLong.status, tooLong.code]).toEqual([400, "MaxPostPreDataLengthExceededError"]);
});

test("what comes behind the file means nothing", async () => {
  const end = `--${boundary}--\r\n`;
  const start = body.subarray(0, body.length - end.length);
  const fields = field("key", "form/other.png") + field("key", "x") + field("x-any", "y".repeat(30_000));
  expect((await postBytes(server, [start, Buffer.from(`${fields}${end}epilogue`)])).status).toBe(201);
  expect(await exists(server, "form/other.png")).toBe(false);
});

test("a form without a file, or with two, is refused", async () => {
  const end = `--${boundary}--\r\n`;
  const without = body.subarray(
    0,
    body.indexOf(`--${boundary}\r\nContent-Disposition: form-data; name="file"`),
  );
  expect((await postBytes(server, [without, Buffer.from(end)])).code).toBe("InvalidArgument");
  const second = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nsecond\r\n${end}`;
  const two = await postBytes(server, [body.subarray(0, body.length - end.length), Buffer.from(second)]);
  expect(two.code).toBe("InvalidArgument");
});

test("a form without a length is refused", async () => {
  const type = `multipart/form-data; boundary=${boundary}`;
  const url = `${server.endpoint}/${server.bucket}`;
  expect((await send(url, "POST", { "Content-Type": type }, [body])).code).toBe("MissingContentLength");
});

test.each([
  ["C:\\photos\\$& ü.png", "$& ü.png"],
  ["../photos/a.png", "a.png"],
  ["a %22b%22.png", 'a "b".png'],
  ["a%0D%0Ab.png", "a\r\nb.png"],
])(
  "a file's name, %s, without its folders takes the place that the policy leaves for it",
  async (filename, name) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own spelling
    const Key = "named/${filename}";
    const { fields } = await createPresignedPost(server.client, { Bucket: server.bucket, Key });
    await postForm(server, { fields, file, filename });
    expect(await exists(server, `named/${name}`)).toBe(true);
  },
);

test("a connection goes on after a form that is refused before its file was read", async () => {
  const large = await pinnedForm(server, "form/large.png", randomBytes(3 * 1024 ** 2));
  const refused = encodeForm({ ...large, fields: { ...large.fields, "X-Amz-Signature": "0".repeat(64) } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports: (number | undefined)[] = [];
  const post = (bytes: Buffer) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        "Content-Type": `multipart/form-data; boundary=${boundary}`,
        "Content-Length": bytes.length,
      };
      const outgoing = request(
        `${server.endpoint}/${server.bucket}`,
        { method: "POST", agent, headers },
        (incoming) => {
          ports.push(outgoing.socket?.localPort);
          incoming.resume().once("end", () => resolve(incoming.statusCode));
        },
      );
      outgoing.once("error", reject).end(bytes);
    });
  expect(await post(refused)).toBe(403);
  expect(await post(encodeForm(large))).toBe(201);
  expect(ports[0]).toBe(ports[1]);
  agent.destroy();
});

test("a form comes in no faster than its file is kept", async () => {
  const chunk = randomBytes(64 * 1024);
  const chunks = 400;
  let sentBytes = 0;
  const sending = function* () {
    yield Buffer.from(field("key", "x"));
    yield Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\n`);
    for (let i = 0; i < chunks; i++) {
      sentBytes += chunk.length;
      yield chunk;
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  };
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  const http = Object.assign(Readable.from(sending()), { headers }) as unknown as IncomingMessage;
  let keptBytes = 0;
  for await (const kept of (await readPostForm(http)).file) {
    keptBytes += kept.length;
    for (let i = 0; i < 20; i++) await pause();
    expect(sentBytes - keptBytes).toBeLessThan(1024 ** 2);
  }
  expect(keptBytes).toBe(chunks * chunk.length);
});
