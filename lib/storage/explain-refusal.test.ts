import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post, startTestPail } from "@/lib/testing/test-pail";
import { bucketClient } from "./bucket-client";
import { explainRefusal } from "./explain-refusal";
import { type PostPolicy, presignPost, readOwnPolicy } from "./post-policy";
import { Storage } from "./storage";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

const file = Buffer.from("these bytes");
const soon = () => new Date(Date.now() + 900_000);

const issue = () =>
  presignPost(bucketClient(), {
    key: `incoming/${Math.random()}`,
    type: "image/jpeg",
    bytes: file.length,
    sha256: createHash("sha256").update(file).digest("base64"),
    metadata: { upload: "0198" },
    expiresAt: soon(),
  });
type Form = Awaited<ReturnType<typeof issue>>;

async function policyOf({ fields }: Form): Promise<PostPolicy> {
  const policy = await readOwnPolicy(bucketClient(), fields);
  if (policy === null) throw new Error("it is not ours");
  return policy;
}

const replay = (policy: PostPolicy, fields: Form["fields"], bytes = file.length, at = new Date()) =>
  explainRefusal(policy, { bucket: bucketClient().name, fields, bytes }, at);

const unpinned = ["policy", "x-amz-signature"];
const pinnedNames = (form: Form) => Object.keys(form.fields).filter((name) => !unpinned.includes(name));
const secretNames = ["x-amz-credential", "x-amz-security-token"];

describe("the replay of a form", () => {
  test("finds nothing in one that is as it was issued", async () => {
    const form = await issue();
    expect(replay(await policyOf(form), form.fields)).toEqual([]);
  });

  test("names the field that was changed or left out, what it should be and what it was", async () => {
    const form = await issue();
    const policy = await policyOf(form);
    for (const name of pinnedNames(form)) {
      const { [name]: expected = "", ...without } = form.fields;
      const isSecret = secretNames.includes(name);
      const shown = (value: string) => (isSecret ? "(not shown)" : value);
      expect(replay(policy, without)).toEqual([
        { condition: name, expected: shown(expected), got: "(no such field)" },
      ]);
      expect(replay(policy, { ...without, [name.toUpperCase()]: `${expected}x` })).toEqual([
        { condition: name, expected: shown(expected), got: shown(`${expected}x`) },
      ]);
    }
  });

  test("names the length, the end, the bucket, and a field too many", async () => {
    const form = await issue();
    const policy = await policyOf(form);
    const range = { condition: "content-length-range", expected: `${file.length} to ${file.length}` };
    for (const bytes of [file.length - 1, file.length + 1, 0])
      expect(replay(policy, form.fields, bytes)).toEqual([{ ...range, got: String(bytes) }]);
    const at = new Date(policy.expiration);
    expect(replay(policy, form.fields, file.length, at)).toEqual([
      { condition: "expiration", expected: policy.expiration, got: at.toISOString() },
    ]);
    expect(replay(policy, form.fields, file.length, new Date(at.getTime() - 1))).toEqual([]);
    const { name } = bucketClient();
    expect(
      explainRefusal(policy, { bucket: "other", fields: form.fields, bytes: file.length }, new Date()),
    ).toEqual([{ condition: "bucket", expected: name, got: "other" }]);
    expect(replay(policy, { ...form.fields, acl: "public-read", "x-ignore-me": "x" })).toEqual([
      { condition: "acl", expected: "(no such field)", got: "(not shown)" },
    ]);
  });

  test("finds what the bucket finds: nothing where it takes the form, the same field where it does not", async () => {
    const form = await issue();
    const policy = await policyOf(form);
    const value = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom("image/png", "incoming/other", "200"),
    );
    const change = fc.record({
      name: fc.oneof(fc.constantFrom(...pinnedNames(form)), fc.stringMatching(/^[a-z][a-z-]{0,8}$/)),
      value: fc.option(value, { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 2 }),
        fc.integer({ min: -1, max: 1 }),
        async (changes, more) => {
          fc.pre(changes.every(({ name }) => name !== "file"));
          const fields = { ...form.fields };
          for (const { name, value: given } of changes) {
            if (given === undefined) delete fields[name];
            else fields[name] = given;
          }
          const sent = Buffer.alloc(file.length + more, file);
          const response = await post({ url: form.url, fields }, sent);
          const answer = await response.text();
          const failed = replay(policy, fields, sent.length);
          expect([response.ok, failed]).toEqual([failed.length === 0, failed]);
          const field = /<Field>(.+?)<\/Field>/.exec(answer)?.[1]?.split(", ")[0]?.toLowerCase();
          const conditions = failed.map(({ condition }) => condition.toLowerCase());
          if (field !== undefined) expect(conditions).toContain(field);
          if (/<Code>EntityToo/.test(answer)) expect(conditions).toContain("content-length-range");
        },
      ),
      { numRuns: 150 },
    );
    const incoming = new Storage(bucketClient(), "incoming");
    for await (const { files } of incoming.listdir("")) await incoming.delete(files.map(({ name }) => name));
  });

  test("shows no credential, token, policy or signature, whatever was changed, and nothing at length", async () => {
    const form = await issue();
    const policy = await policyOf(form);
    policy.conditions.push({ "x-amz-security-token": "SECRET-TOKEN" });
    const all = Object.fromEntries(
      Object.keys(form.fields).map((name) => [name, `SECRET${"x".repeat(9999)}`]),
    );
    const shown = JSON.stringify(replay(policy, { ...all, key: "y".repeat(9999), more: "SECRET" }));
    for (const secret of [
      form.fields.policy,
      form.fields["x-amz-signature"],
      form.fields["x-amz-credential"],
    ])
      expect(shown).not.toContain(secret);
    expect(shown).not.toContain("SECRET-TOKEN");
    expect(shown.length).toBeLessThan(6000);
  });
});

describe("a policy", () => {
  test("is believed only where Pail signed it", async () => {
    const form = await issue();
    const read = (changes: Record<string, string>) =>
      readOwnPolicy(bucketClient(), { ...form.fields, ...changes });
    const lax = Buffer.from(JSON.stringify({ ...(await policyOf(form)), conditions: [] })).toString("base64");
    for (const policy of [lax, "", "no base64!", Buffer.from("no JSON").toString("base64")])
      expect(await read({ policy })).toBeNull();
    for (const signature of ["", "ab", "x", "0".repeat(64), "ab".repeat(1000)])
      expect(await read({ "x-amz-signature": signature })).toBeNull();
    // Its own date tells the key, whatever the fields say.
    expect(await read({ "x-amz-date": "20200101T000000Z", "x-amz-credential": "x" })).toEqual(
      await policyOf(form),
    );
  });
});
