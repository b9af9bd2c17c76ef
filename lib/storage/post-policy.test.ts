import { createHash, createHmac, randomBytes } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { addViewer, formOf, makePicture, post, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import type { PostForm } from "@/lib/uploads/contract";
import { bucketClient } from "./bucket-client";
import { type PostGrant, presignPost } from "./post-policy";
import { Storage } from "./storage";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let storage: Storage;

beforeAll(async () => {
  pail = await startTestPail();
  storage = new Storage(bucketClient(), "forms");
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const bytes = Buffer.from("these bytes and no others");
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

function grantFor(file: Buffer, changes: Partial<PostGrant> = {}): PostGrant {
  return {
    key: `forms/${randomBytes(8).toString("hex")}`,
    type: "image/jpeg",
    bytes: file.length,
    sha256: createHash("sha256").update(file).digest("base64"),
    metadata: { upload: "0198" },
    expiresAt: later(900),
    ...changes,
  };
}

const formFor = (file: Buffer, changes: Partial<PostGrant> = {}) =>
  presignPost(bucketClient(), grantFor(file, changes));

const keyOf = ({ fields }: PostForm): string => fields.key ?? "";
const isStored = async (form: PostForm): Promise<boolean> =>
  (await storage.metadata(storage.nameOf(keyOf(form)))) !== null;

/** What S3 answered: the code of its error, and "204" where there is none. */
async function answerTo(form: PostForm, file = bytes): Promise<string> {
  const response = await post(form, file);
  return /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? String(response.status);
}

/** The answer to the form with these fields, which must not store anything anywhere. */
async function expectRefused(form: PostForm, fields: Record<string, string>, what: string): Promise<void> {
  const answer = await answerTo({ url: form.url, fields });
  expect(`${what}: ${answer}`).toMatch(
    /: (AccessDenied|InvalidArgument|InvalidPolicyDocument|SignatureDoesNotMatch|InvalidAccessKeyId|InvalidToken|InvalidRequest|MalformedPOSTRequest)$/,
  );
  const names: string[] = [];
  for await (const { files } of storage.listdir("", { recursive: true })) {
    names.push(...files.map((object) => object.name));
  }
  expect(names).toEqual([]);
}

describe("a form", () => {
  test("puts the object that it was made for, just as it says", async () => {
    const form = await formFor(bytes);
    expect(await answerTo(form)).toBe("204");
    expect(await storage.metadata(storage.nameOf(keyOf(form)))).toMatchObject({
      bytes: bytes.length,
      sha256: form.fields["x-amz-checksum-sha256"],
    });
    await storage.delete([storage.nameOf(keyOf(form))]);
  });

  test("with any one field left out puts nothing", async () => {
    const form = await formFor(bytes);
    for (const name of Object.keys(form.fields)) {
      const { [name]: _, ...fields } = form.fields;
      await expectRefused(form, fields, `without ${name}`);
    }
  });

  test("with any one field changed puts nothing", async () => {
    const form = await formFor(bytes);
    const names = Object.keys(form.fields);
    for (const name of names) {
      const value = form.fields[name] ?? "";
      await expectRefused(form, { ...form.fields, [name]: `${value}x` }, `${name} with an x`);
    }
    const value = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom("forms/other", "public-read", "200"),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), value, async (name, other) => {
        fc.pre(other !== form.fields[name]);
        await expectRefused(form, { ...form.fields, [name]: other }, `${name}=${other}`);
      }),
      { numRuns: 900 },
    );
  });

  test("with any one field more puts nothing", async () => {
    const form = await formFor(bytes);
    const known = ["acl", "tagging", "Cache-Control", "Content-Disposition", "Content-Encoding", "Expires"];
    const amazon = ["x-amz-meta-more", "x-amz-storage-class", "x-amz-security-token", "x-amz-checksum-crc32"];
    const redirects = ["redirect", "success_action_redirect", "x-amz-website-redirect-location"];
    for (const name of [...known, ...amazon, ...redirects])
      await expectRefused(form, { ...form.fields, [name]: "x" }, name);
    const word = fc.stringMatching(/^[a-z][a-z-]{0,12}$/).filter((name) => name !== "file");
    await fc.assert(
      fc.asyncProperty(word, async (name) => {
        await expectRefused(form, { ...form.fields, [`x-amz-meta-${name}`]: "x" }, name);
        await expectRefused(form, { ...form.fields, [name]: "x" }, name);
      }),
      { numRuns: 150 },
    );
  });

  test("signed by someone else puts nothing", async () => {
    const form = await formFor(bytes);
    const forged = createHmac("sha256", "a guess")
      .update(form.fields.policy ?? "")
      .digest("hex");
    await expectRefused(form, { ...form.fields, "x-amz-signature": forged }, "signature");
  });

  test("takes exactly as many bytes as it says, for any number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70_000 }),
        fc.integer({ min: 1, max: 3 }),
        async (length, more) => {
          const file = randomBytes(length + more);
          const form = await formFor(file.subarray(0, length));
          expect(await answerTo(form, file)).toBe("EntityTooLarge");
          expect(await answerTo(form, file.subarray(0, length - 1))).toBe("EntityTooSmall");
          expect(await answerTo(form, file.subarray(more))).toMatch(
            /^(BadDigest|XAmzContentChecksumMismatch|InvalidRequest)$/,
          );
          expect(await isStored(form)).toBe(false);
          expect(await answerTo(form, file.subarray(0, length))).toBe("204");
          await storage.delete([storage.nameOf(keyOf(form))]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("ends when it should", async () => {
    const form = await formFor(bytes, { expiresAt: later(-1) });
    expect(await answerTo(form)).toBe("AccessDenied");
    expect(await isStored(form)).toBe(false);
    setClock(new Date("2026-03-01T23:59:59.900Z"));
    const { fields } = await formFor(bytes, { expiresAt: new Date("2026-03-02T00:14:59.900Z") });
    expect(fields["x-amz-date"]).toBe("20260301T235959Z");
    expect(fields["x-amz-credential"]).toMatch(/\/20260301\/us-east-1\/s3\/aws4_request$/);
    expect(policyOf(fields).expiration).toBe("2026-03-02T00:14:59.900Z");
  });
});

describe("a policy", () => {
  test("pins every field by equality, the bucket, and the length by a range of one", async () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9/._-]{1,30}$/);
    const metadata = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), metadata, async (key, length, meta) => {
        const { fields } = await formFor(bytes, { key, bytes: length, metadata: meta });
        const { policy, "x-amz-signature": _, ...pinned } = fields;
        const expected = Object.entries(pinned).map(([name, value]) => ({ [name]: value }));
        expect(policyOf({ policy: policy ?? "" }).conditions).toEqual([
          { bucket: bucketClient().name },
          ...expected,
          ["content-length-range", length, length],
        ]);
        expect(pinned).toMatchObject({ key, "Content-Type": "image/jpeg", success_action_status: "204" });
        for (const [name, value] of Object.entries(meta)) expect(pinned[`x-amz-meta-${name}`]).toBe(value);
      }),
      { numRuns: 50 },
    );
  });

  test("names the session of temporary credentials, and no session of others", async () => {
    const credentials = {
      accessKeyId: "ASIATEST",
      secretAccessKey: "secret",
      sessionToken: "a/session+token=",
    };
    const s3 = new S3Client({ region: "us-east-1", credentials });
    const { fields } = await presignPost({ ...bucketClient(), s3 }, grantFor(bytes));
    expect(fields["x-amz-security-token"]).toBe(credentials.sessionToken);
    expect(policyOf(fields).conditions).toContainEqual({ "x-amz-security-token": credentials.sessionToken });
    expect((await formFor(bytes)).fields).not.toHaveProperty("x-amz-security-token");
    expect(JSON.stringify(fields)).not.toContain("secret");
  });

  test("and its form hold nothing that a person wrote", async () => {
    const viewer = await addViewer("Mallory");
    const { offer } = await makePicture();
    const name = fc
      .string({ unit: "binary", maxLength: 30 })
      .map((rest) => `\${filename}-wrote-this-${rest}`);
    await fc.assert(
      fc.asyncProperty(name, async (written) => {
        const [outcome] = await beginUploads(viewer, [{ ...offer, name: written }]);
        if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
        for (const { url, fields } of Object.values(outcome.grants).map(formOf)) {
          const all = [url, ...Object.entries(fields).flat(), JSON.stringify(policyOf(fields))].join("\n");
          for (const personal of ["wrote-this", "${", viewer.name, viewer.email])
            expect(all).not.toContain(personal);
        }
      }),
      { numRuns: 10 },
    );
  });
});

function policyOf({ policy = "" }: Record<string, string>): { expiration: string; conditions: unknown[] } {
  return JSON.parse(Buffer.from(policy, "base64").toString());
}
