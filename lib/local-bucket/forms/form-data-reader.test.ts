import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormDataReader } from "./form-data-reader";

interface Part {
  name: string | undefined;
  filename: string | undefined;
  content: Buffer;
}

const boundary = "----b-'()+_,./:=? b";
const type = `multipart/form-data; boundary="${boundary}"`;
const dash = `--${boundary}`;

async function read(body: Buffer, cuts: readonly number[] = [], contentType = type): Promise<Part[]> {
  const at = [0, ...cuts.toSorted((a, b) => a - b), body.length];
  const chunks = async function* () {
    for (const [i, end] of at.slice(1).entries()) yield body.subarray(at[i], end);
  };
  const reader = new FormDataReader(contentType, chunks());
  const gather = async () => {
    const gathered: Buffer[] = [];
    for await (const chunk of reader.content()) gathered.push(chunk);
    return Buffer.concat(gathered);
  };
  await gather();
  const parts: Part[] = [];
  for (let head = await reader.head(); head; head = await reader.head()) {
    parts.push({ name: head.name, filename: head.filename, content: await gather() });
  }
  return parts;
}

/** What came of a body, or why it was refused. */
const outcome = (...args: Parameters<typeof read>) =>
  read(...args).catch((error: Error & { code?: string }) => `${error.code}: ${error.message}`);

const disposition = (name: string) => `Content-Disposition: form-data; name="${name}"`;

function encode(contents: readonly Buffer[], before = "", after = "\r\n"): Buffer {
  const parts = contents.flatMap((content, i) => [
    Buffer.from(`${dash}\r\n${disposition(`part${i}`)}\r\n\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([Buffer.from(before), ...parts, Buffer.from(`${dash}--${after}`)]);
}

// Bytes that are, begin or resemble a delimiter, but for one that would be one.
const almost = [
  "\r",
  "\n",
  "\r\n",
  "-",
  "--",
  "\r\n-",
  "\r\n--",
  dash,
  `${dash}--`,
  `\r\n${dash.slice(0, -1)}`,
  `\n${dash}`,
];
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(...almost).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 9 }),
    ),
    {
      maxLength: 12,
    },
  )
  .map((pieces) => Buffer.concat(pieces))
  .filter(
    (bytes) => !Buffer.concat([Buffer.from("\r\n"), bytes, Buffer.from("\r\n-")]).includes(`\r\n${dash}`),
  );

test("whatever the parts hold and wherever the chunks are cut, each part comes out as it went in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (contents, cuts) => {
        const body = encode(contents);
        const parts = await read(
          body,
          cuts.map((cut) => cut % (body.length + 1)),
        );
        expect(parts.map((part) => part.content)).toEqual(contents.map((bytes) => Buffer.from(bytes)));
        expect(parts.map((part) => part.name)).toEqual(contents.map((_, i) => `part${i}`));
      },
    ),
    { numRuns: 400 },
  );
});

test("any bytes at all come to the same end in any chunks", async () => {
  const token = fc.constantFrom(
    ...almost,
    `\r\n${dash}`,
    `${dash}\r\n`,
    "\r\n\r\n",
    disposition("x"),
    "Content-Type: text/html",
  );
  const bytes = fc
    .array(
      fc.oneof(
        token.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 5 }),
      ),
      { maxLength: 25 },
    )
    .map((pieces) => Buffer.concat([Buffer.from(dash), ...pieces]));
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 20 }), async (body, cuts) => {
      const whole = await outcome(body);
      expect(
        await outcome(
          body,
          cuts.map((cut) => cut % (body.length + 1)),
        ),
      ).toEqual(whole);
      if (typeof whole === "string") expect(whole).toMatch(/^MalformedPOSTRequest: /);
    }),
    { numRuns: 400 },
  );
});

test("a body cut at every byte, and one cut into two at each", async () => {
  const contents = [Buffer.from(`\r\n--${boundary.slice(0, -1)}\r`), Buffer.from("\r\n"), randomBytes(300)];
  const body = encode(contents, `not a part\r\n${dash.slice(1)}\r\n`);
  const expected = contents.map((bytes, i) => ({ name: `part${i}`, filename: undefined, content: bytes }));
  const everywhere = Array.from({ length: body.length }, (_, i) => i);
  expect(await read(body, everywhere)).toEqual(expected);
  for (const cut of everywhere) expect(await read(body, [cut])).toEqual(expected);
});

test("what comes before the first boundary and after the last means nothing", async () => {
  const contents = [Buffer.from("a"), Buffer.from("b")];
  const expected = await read(encode(contents));
  expect(await read(encode(contents, "preamble\r\n"))).toEqual(expected);
  expect(await read(encode(contents, "\r\n"))).toEqual(expected);
  expect(await read(encode(contents, "", ""))).toEqual(expected);
  expect(await read(encode(contents, "", `\r\n${dash}\r\n${disposition("late")}\r\n\r\nx`))).toEqual(
    expected,
  );
  expect(await read(Buffer.from(`${dash} \t\r\n${disposition("a")}\r\n\r\na\r\n${dash}--`))).toHaveLength(1);
});

const part = (head: string, value = "x") =>
  Buffer.from(`${dash}\r\n${head}\r\n\r\n${value}\r\n${dash}--\r\n`);

test.each([
  ["nothing", Buffer.alloc(0), "last boundary"],
  ["no end", Buffer.from(`${dash}\r\n${disposition("a")}\r\n\r\nx`), "last boundary"],
  ["half an end", encode([Buffer.from("x")]).subarray(0, -3), "last boundary"],
  [
    "line feeds only",
    Buffer.from(
      encode([Buffer.from("x")])
        .toString()
        .replaceAll("\r\n", "\n"),
    ),
    "last boundary",
  ],
  [
    "carriage returns only",
    Buffer.from(
      encode([Buffer.from("x")])
        .toString()
        .replaceAll("\r\n", "\r"),
    ),
    "last boundary",
  ],
  [
    "no line break before a boundary",
    Buffer.from(`${dash}\r\n${disposition("a")}\r\n\r\nx${dash}--\r\n`),
    "last boundary",
  ],
  [
    "a line feed behind a boundary",
    Buffer.from(`${dash}\n\r\n${disposition("a")}\r\n\r\nx\r\n${dash}--`),
    "neither",
  ],
  ["a longer boundary", Buffer.from(`${dash}x\r\n${disposition("a")}\r\n\r\nx\r\n${dash}--`), "neither"],
  ["a longer boundary in a part", part(disposition("a"), `\r\n${dash}x\r\n`), "neither"],
  ["one hyphen behind a boundary", part(disposition("a"), `\r\n${dash}-\r\n`), "neither"],
  [
    "no line break behind a head",
    Buffer.from(`${dash}\r\n${disposition("a")}\r\n${dash}--\r\n`),
    "last boundary",
  ],
  ["a line that is no header", part("Content-Disposition"), "no header"],
  ["a space before a colon", part('Content-Disposition : form-data; name="a"'), "no header"],
  ["a header on two lines", part('Content-Disposition: form-data;\r\n name="a"'), "no header"],
  ["a line feed in a header", part('Content-Disposition: form-data;\n name="a"'), "no header"],
  ["a header twice", part(`${disposition("a")}\r\n${disposition("b").toLowerCase()}`), "twice"],
  ["another disposition", part('Content-Disposition: attachment; name="a"'), "form-data"],
  ["two names", part('Content-Disposition: form-data; name="a"; name="b"'), "form-data"],
  ["a name that does not end", part('Content-Disposition: form-data; name="a'), "form-data"],
  ["text behind a name", part('Content-Disposition: form-data; name="a"b'), "form-data"],
  ["a name that is not UTF-8", Buffer.from(part(disposition("\xff")).toString(), "latin1"), "UTF-8"],
  ["bytes that need decoding", part(`${disposition("a")}\r\nContent-Transfer-Encoding: base64`), "7bit"],
  ["a long header", part(`${disposition("a")}\r\nX-Long: ${"x".repeat(8192)}`), "8192"],
  ["many headers", part(Array.from({ length: 900 }, (_, i) => `X-${i}: x`).join("\r\n")), "8192"],
  ["a head that never ends", Buffer.from(`${dash}\r\n${"x".repeat(20_000)}`), "8192"],
])("a body with %s is refused, however it is cut", async (_what, body, why) => {
  const whole = await outcome(body);
  expect(whole).toMatch(/^MalformedPOSTRequest: /);
  expect(whole).toContain(why);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 20 }), async (cuts) => {
      expect(await outcome(body, cuts)).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['name="file"; filename="a.png"', "file", "a.png"],
  ["name=file;filename=a.png", "file", "a.png"],
  ['NAME="file" ; FileName="a.png"', "file", "a.png"],
  ['filename="a;name=b.png"; name="file"', "file", "a;name=b.png"],
  ['name="file"; filename="%22a%22.png"', "file", '"a".png'],
  ['name="file"; filename="\\"a\\".png"', "file", '"a".png'],
  ['name="file"; filename="C:\\photos\\a.png"', "file", "C:\\photos\\a.png"],
  ['name="file"; filename="100%25 %41.png"', "file", "100%25 %41.png"],
  ['name="a%0D%0Ab%0d%0a"', "a\r\nb\r\n", undefined],
  ['name="grüße 📷"; filename="\u2028.png"', "grüße 📷", "\u2028.png"],
  ['name="file"; filename="a.png"; filename*=UTF-8\'\'b.png', "file", "a.png"],
  ["name=\"file\"; filename*=UTF-8''b.png", "file", undefined],
  ['name=""', "", undefined],
  ['filename="a.png"', undefined, "a.png"],
])("Content-Disposition: form-data; %s", async (parameters, name, filename) => {
  const body = part(`Content-Type: image/png\r\ncontent-disposition:form-data; ${parameters}`);
  expect(await read(body)).toEqual([{ name, filename, content: Buffer.from("x") }]);
});

describe("a boundary", () => {
  const bodyWith = (bounds: string) =>
    Buffer.from(`--${bounds}\r\n${disposition("a")}\r\n\r\nx\r\n--${bounds}--\r\n`);

  test.each([
    ["of one character", "multipart/form-data; boundary=a", "a"],
    ["of 70 characters", `multipart/form-data;boundary=${"b".repeat(70)}`, "b".repeat(70)],
    ["in quotes, with spaces", 'Multipart/Form-Data; Boundary="a b:c"', "a b:c"],
    ["behind another parameter", 'multipart/form-data; charset="x; boundary=y"; boundary=z', "z"],
    ["of hyphens", "multipart/form-data; boundary=----", "----"],
    ["with = and / and no quotes", "multipart/form-data; boundary=----=_Part/1.2", "----=_Part/1.2"],
  ])("%s is found", async (_what, contentType, bounds) => {
    expect(await read(bodyWith(bounds), [], contentType)).toHaveLength(1);
  });

  test.each([
    ["missing", "multipart/form-data; charset=utf-8"],
    ["empty", "multipart/form-data; boundary="],
    ["empty in quotes", 'multipart/form-data; boundary=""'],
    ["longer than 70", `multipart/form-data; boundary=${"b".repeat(71)}`],
    ["ending in a space", 'multipart/form-data; boundary="a "'],
    ["with other characters", 'multipart/form-data; boundary="a*b"'],
    ["not ASCII", "multipart/form-data; boundary=ü"],
    ["given twice", "multipart/form-data; boundary=a; boundary=a"],
    ["in quotes that do not end", 'multipart/form-data; boundary="a'],
  ])("that is %s is refused", async (_what, contentType) => {
    expect(await outcome(bodyWith("a"), [], contentType)).toMatch(/^MalformedPOSTRequest: .*boundary/);
  });
});
