import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Form, pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { exists, sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { enforcePolicy } from "./post-policy";

const file = Buffer.from("the bytes of a picture");
const now = new Date("2030-01-01T00:00:00Z");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** One change to a valid form, of the kinds that somebody would try. */
const mutation = (form: Form): fc.Arbitrary<Form> => {
  const { fields } = form;
  const name = fc.constantFrom(...Object.keys(fields));
  const without = (gone: string) =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => key !== gone));
  const changedCharacter = fc
    .tuple(name, fc.nat(), fc.constantFrom(..."aZ09/=_ é"))
    .map(([key, at, character]) => {
      const value = fields[key] ?? "";
      const index = at % Math.max(1, value.length);
      return { ...fields, [key]: value.slice(0, index) + character + value.slice(index + 1) };
    });
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 60 }).map((content) => Buffer.from(content));
  return fc
    .oneof(
      changedCharacter.map((changed) => ({ ...form, fields: changed })),
      // The field bucket only repeats the address, so a form may leave it out.
      name.filter((key) => key !== "bucket").map((key) => ({ ...form, fields: without(key) })),
      fc.tuple(name, fc.string({ minLength: 1, maxLength: 8 })).map(([key, more]) => ({
        ...form,
        fields: { ...fields, [key]: `${fields[key]}${more}` },
      })),
      fc
        .stringMatching(/^x-amz-meta-[a-z]{1,9}$/)
        .map((key) => ({ ...form, fields: { ...fields, [key]: "1" } })),
      fc
        .constantFrom(
          "acl",
          "tagging",
          "Cache-Control",
          "success_action_redirect",
          "x-amz-storage-class",
          "submit",
        )
        .map((key) => ({ ...form, fields: { ...fields, [key]: "STANDARD" } })),
      bytes.map((content) => ({ ...form, file: content })),
    )
    .filter((changed) => JSON.stringify(changed) !== JSON.stringify(form));
};

test("any single change to a valid form is refused and stores nothing", async () => {
  const form = await pinnedForm(server, "policy/pinned.png", file);
  await fc.assert(
    fc.asyncProperty(mutation(form), async (changed) => {
      const answer = await postForm(server, changed);
      expect([400, 403]).toContain(answer.status);
      expect(answer.body).not.toContain("test-secret-key");
      expect(await exists(server, changed.fields.key ?? "policy/pinned.png")).toBe(false);
      expect(await server.files()).toEqual([]);
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect((await postForm(server, form)).status).toBe(201);
  const { bucket: _, ...unnamed } = form.fields;
  expect((await postForm(server, { ...form, fields: unnamed })).status).toBe(201);
});

test("a form for one bucket does not write into another, whether it names the bucket or not", async () => {
  const named = await pinnedForm({ ...server, bucket: "other-bucket" }, "policy/other.png", file);
  const { bucket: _, ...unnamed } = named.fields;
  expect((await postForm(server, named)).code).toBe("AccessDenied");
  expect((await postForm(server, { ...named, fields: unnamed })).body).toContain("<Field>bucket</Field>");
  expect(await exists(server, "policy/other.png")).toBe(false);
});

const encode = (conditions: unknown, expiration: unknown = "2030-01-01T01:00:00Z") =>
  Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
const fields = (more: Record<string, string>) => new Map(Object.entries({ bucket: "b", ...more }));

test.each([
  ["not base64 JSON", "%%%"],
  ["no conditions", encode(undefined)],
  ["conditions that are no list", encode({ bucket: "b" })],
  ["an unknown operator", encode([["matches", "$key", ".*"]])],
  ["an operator without a field", encode([["eq", "key", "a"]])],
  ["two fields in one condition", encode([{ bucket: "b", key: "k" }])],
  ["a negative length", encode([["content-length-range", -1, 5]])],
  ["a length that is no number", encode([["content-length-range", "a", 5]])],
  ["an absurd length", encode([["content-length-range", 0, 1e300]])],
  ["an expiration that is no date", encode([], "tomorrow")],
])("a policy with %s is not one", (_what, policy) => {
  expect(() => enforcePolicy(policy, fields({}), now)).toThrow(
    expect.objectContaining({ code: "InvalidPolicyDocument" }),
  );
});

test("a policy is over at the second it names", () => {
  const policy = encode([{ bucket: "b" }], "2030-01-01T00:00:00Z");
  expect(() => enforcePolicy(policy, fields({}), now)).toThrow(/Policy expired/);
  expect(() => enforcePolicy(policy, fields({}), new Date(now.getTime() - 1))).not.toThrow();
});

test("every condition must hold, every field must be covered, and lengths add up to the narrowest", () => {
  const conditions = [
    { Bucket: "b" },
    ["STARTS-WITH", "$key", "mine/"],
    ["starts-with", "$Content-Type", "image/"],
    ["content-length-range", 1, 100],
    ["content-length-range", "5", "200"],
  ];
  const good = {
    key: "mine/a",
    "content-type": "image/png",
    "x-ignore-this": "1",
    policy: "p",
    "x-amz-signature": "s",
  };
  expect(enforcePolicy(encode(conditions), fields(good), now)).toEqual({ min: 5, max: 100 });
  const bad: Record<string, string>[] = [
    { ...good, key: "yours/mine/a" },
    { ...good, "content-type": "image/png,text/html" },
    { ...good, acl: "private" },
    { key: "mine/a" },
  ];
  for (const changed of bad) {
    expect(() => enforcePolicy(encode(conditions), fields(changed), now)).toThrow(
      expect.objectContaining({ code: "AccessDenied" }),
    );
  }
});

test("the refusal names the condition, the field, what was expected and what came", async () => {
  const form = await pinnedForm(server, "policy/named.png", file);
  const answer = await postForm(server, {
    ...form,
    fields: { ...form.fields, "Content-Type": "text/<html>" },
  });
  expect(answer.headers["content-type"]).toBe("application/xml");
  expect(answer.body).toContain("<Code>AccessDenied</Code>");
  expect(answer.body).toContain("Policy Condition failed: [&quot;eq&quot;,&quot;$Content-Type&quot;");
  expect(answer.body).toContain(
    "<Field>Content-Type</Field><Expected>image/png</Expected><Got>text/&lt;html&gt;</Got>",
  );
  expect(answer.body).toContain(`<RequestId>${answer.headers["x-amz-request-id"]}</RequestId>`);
});

test("other bytes of the same length are refused by their checksum", async () => {
  const form = await pinnedForm(server, "policy/bytes.png", file);
  const answer = await postForm(server, { ...form, file: Buffer.from(file.toString().toUpperCase()) });
  expect(answer.code).toBe("BadDigest");
  expect(answer.body).toContain(`<Expected>${sha256(file)}</Expected>`);
  expect(await exists(server, "policy/bytes.png")).toBe(false);
});
