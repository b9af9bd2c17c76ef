import { DeleteObjectsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { startTestServer } from "@/lib/testing/local-bucket/test-server";
import { fromXml, toXml } from "./xml";

test("text of any kind comes out as it was written, in a document of valid characters", () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0x10ffff }).map(toCharacter) });
  fc.assert(
    fc.property(text, fc.array(text, { minLength: 2 }), (one, many) => {
      const xml = toXml("Root", { One: one, Many: many, Inner: { One: one }, None: undefined });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there but as a reference
      expect(xml).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff]/);
      expect(fromXml(xml, "Root")).toEqual({ One: one, Many: many, Inner: { One: one } });
    }),
  );
});

/** Any character; often one that XML treats in a way of its own. */
function toCharacter(point: number): string {
  const special = "&<>\"'\r\n\t\0\u0001\u001f\u007f\ufffe\uffff]";
  if (point % 2 === 0) return special.charAt(point % special.length);
  return String.fromCodePoint(point >= 0xd800 && point < 0xe000 ? 0x41 : point);
}

test.each([
  ["<Root/>", ""],
  ['\ufeff<?xml version="1.0"?>\r\n<Root>\r\na\r</Root>\n', "\na\n"],
  ["<!-- < --><Root><?a <b> ?>1<!-- -->2<![CDATA[<&amp;]]></Root >", "12<&amp;"],
  ["<a:Root xmlns:a=\"u\" b = '<'/>", undefined],
  ["<a:Root xmlns:a=\"u\" b = '>'>&#x41;&#66;&apos;</a:Root>", "AB'"],
  ["<Root>\n  <A>1</A>\n  <B><A/></B>\n  <A> 2 </A>\n</Root>", { A: ["1", " 2 "], B: { A: "" } }],
  ["<Root><__proto__>1</__proto__><constructor/></Root>", JSON.parse('{"__proto__":"1","constructor":""}')],
  [`${"<Root>".repeat(16)}${"</Root>".repeat(16)}`, expect.anything()],
  [`${"<Root>".repeat(17)}${"</Root>".repeat(17)}`, undefined],
  ["", undefined],
  ["Root", undefined],
  ["<Root>", undefined],
  ["</Root>", undefined],
  ["<Root></root>", undefined],
  ["<Root><A></Root></A>", undefined],
  ["<Root/><Root/>", undefined],
  ["<Root/>text", undefined],
  ["<Root>text<A/></Root>", undefined],
  ["<Root a=1/>", undefined],
  ["<Root><1/></Root>", undefined],
  ["<Root>&</Root>", undefined],
  ["<Root>&nbsp;</Root>", undefined],
  ["<Root>&constructor;</Root>", undefined],
  ["<Root>&#xd800;</Root>", undefined],
  ["<Root>&#x110000;</Root>", undefined],
  ["<Root>\u0001</Root>", undefined],
  ["<!DOCTYPE Root><Root/>", undefined],
  ['<!DOCTYPE a [<!ENTITY x "xx">]><Root>&x;</Root>', undefined],
])("%j", (xml, content) => {
  if (content !== undefined) expect(fromXml(xml, "Root")).toEqual(content);
  else expect(() => fromXml(xml, "Root")).toThrow(/not well-formed or is not a Root: ./);
});

test("what is wrong is said in a line, however long the document", () => {
  for (const unit of [
    "<a",
    "&",
    "<Root>",
    "<Root/>",
    '<Root a="',
    "x",
    "<!--",
    "<?a ",
    "<![CDATA[",
    "</a>",
  ]) {
    expect(() => fromXml(unit.repeat(100_000), "Root")).toThrow(/^.{20,160}$/);
  }
});

test("a thousand of the longest keys are deleted at once, and a longer document is refused", async () => {
  const server = await startTestServer();
  const keys = Array.from({ length: 1000 }, (_, index) => String(index).padStart(1024, "k"));
  const [first = ""] = keys;
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: first, Body: "x" }));
  const answer = await server.client.send(
    new DeleteObjectsCommand({ Bucket: server.bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
  );
  expect(answer.Deleted).toHaveLength(1000);
  expect(await server.files()).toEqual([]);
  const tooLong = await sendSigned(server.endpoint, {
    method: "POST",
    path: `/${server.bucket}`,
    query: { delete: "" },
    body: Buffer.alloc(1.25 * 1024 ** 2 + 1, "x"),
  });
  expect([tooLong.status, tooLong.code]).toEqual([400, "MaxMessageLengthExceeded"]);
  await server.stop();
});
