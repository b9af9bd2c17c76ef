import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addViewer, makePicture, put, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { knowStore } from "@/lib/uploads/store";
import { type BucketClient, bucketClient } from "./bucket-client";
import { type PutGrant, type PutRequest, presignPut, putHeaders } from "./signed-put";
import { Storage } from "./storage";
import { s3Traits, type Traits } from "./stores/traits";

let pail: Awaited<ReturnType<typeof startTestPail>>;

beforeAll(async () => {
  pail = await startTestPail();
  await knowStore();
});
afterAll(() => pail.stop());

const bytes = Buffer.from("these bytes and no others");
const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const hash = (algorithm: string, file: Buffer) => createHash(algorithm).update(file).digest("base64");
const storeWith = (traits: Partial<Traits> = {}): BucketClient => ({
  ...bucketClient(),
  traits: { ...s3Traits, upload: "put", ...traits },
});

function putFor(file: Buffer, changes: Partial<PutGrant> = {}, traits: Partial<Traits> = {}) {
  const grant: PutGrant = {
    key: `puts/${randomBytes(8).toString("hex")}`,
    type: "image/jpeg",
    bytes: file.length,
    sha256: hash("sha256", file),
    md5: hash("md5", file),
    metadata: { upload: "0198" },
    expiresAt: later(900),
    ...changes,
  };
  return presignPut(storeWith(traits), grant);
}

/** What reaches the bucket. */
interface Sent {
  url: string;
  method: string;
  headers: Record<string, string | string[]>;
  body: Buffer;
  /** the head says how long the body is, and the connection ends before so much has come */
  isCut?: boolean;
}

const asSigned = ({ url, headers }: PutRequest, body = bytes): Sent => ({
  ...{ url, method: "PUT", body },
  headers: { ...headers, "content-length": String(body.length) },
});

/** What the bucket answers, in a word; "closed" where it ends the connection. */
function send({ url, method, headers, body, isCut }: Sent): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port, origin } = new URL(url);
    const path = url.slice(origin.length);
    const outgoing = request({ hostname, port, path, method, headers, agent: false }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      resolve(/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? String(answer.statusCode));
    });
    outgoing.on("error", () => resolve("closed"));
    if (isCut)
      outgoing.write(body.subarray(0, body.length / 2), () => setTimeout(() => outgoing.destroy(), 5));
    else outgoing.end(body);
  });
}

async function stored(): Promise<(string | undefined)[]> {
  const { s3, name } = bucketClient();
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
  return Contents.map(({ Key }) => Key);
}

const puts = () => new Storage(bucketClient(), "puts");
const nameIn = ({ url }: PutRequest) => new URL(url).pathname.split("/").at(-1) ?? "";

async function expectRefused(sent: Sent, what: string): Promise<void> {
  const answer = await send(sent);
  expect(`${what}: ${answer}`).toMatch(/: ([A-Z]\w+|4\d\d|501|closed)$/);
  expect([what, await stored()]).toEqual([what, []]);
}

/** As SigV4 has a header's value. */
const canonical = (value: string) => value.trim().replaceAll(/ +/g, " ");
const text = fc.stringMatching(/^[!-~][ -~]{0,30}$/);
const likely = fc.constantFrom("image/png", "text/html", "public-read", "attachment", "gzip", "*", "", "0");

/** What S3 would keep with the object, or act upon. */
const keptHeaders = [
  ...["x-amz-acl", "x-amz-tagging", "x-amz-meta-more", "x-amz-storage-class", "x-amz-grant-read"],
  ...["x-amz-website-redirect-location", "x-amz-server-side-encryption", "x-amz-checksum-crc32"],
  ...["cache-control", "content-disposition", "content-encoding", "content-language", "expires"],
  ...["x-amz-object-lock-mode", "x-amz-copy-source", "x-amz-security-token", "x-amz-decoded-content-length"],
];
const otherQueries = [
  ...["acl", "tagging", "versionId", "partNumber", "uploadId", "uploads", "x-amz-acl", "X-Amz-Expires"],
  ...["x-amz-tagging", "x-amz-storage-class", "response-content-type", "legal-hold", "X-Amz-Date"],
];

type Change = (sent: Sent) => Sent | null;

/** One thing about it is another: null where it would be the same. */
const changes: Record<string, fc.Arbitrary<Change>> = {
  "a header's value": fc.tuple(fc.nat(), fc.oneof(text, likely)).map(([at, value]) => (sent) => {
    const names = Object.keys(sent.headers).filter((name) => name !== "content-length");
    const name = names[at % names.length] ?? "";
    if (canonical(value) === canonical(String(sent.headers[name]))) return null;
    return { ...sent, headers: { ...sent.headers, [name]: value } };
  }),
  "a header twice": fc.tuple(fc.nat(), fc.oneof(text, likely)).map(([at, value]) => (sent) => {
    const names = Object.keys(sent.headers).filter((name) => name !== "content-length");
    const name = names[at % names.length] ?? "";
    const before = String(sent.headers[name]);
    // An empty one beside it adds a comma, which is another value; beside none it is the same.
    if (canonical(`${before},${value}`) === canonical(before)) return null;
    return { ...sent, headers: { ...sent.headers, [name]: [before, value] } };
  }),
  "a header left out": fc.nat().map((at) => (sent) => {
    // Node sets the length by itself, and an empty header says as much as none.
    const names = Object.keys(sent.headers).filter(
      (name) => name !== "content-length" && sent.headers[name] !== "",
    );
    const { [names[at % names.length] ?? ""]: _, ...headers } = sent.headers;
    return { ...sent, headers };
  }),
  "a header more": fc
    .tuple(fc.oneof(fc.constantFrom(...keptHeaders), fc.stringMatching(/^x-amz-[a-z-]{1,12}$/)), text)
    .map(([name, value]) => (sent) => {
      if (name in sent.headers || name === "x-amz-content-sha256") return null;
      return { ...sent, headers: { ...sent.headers, [name]: value } };
    }),
  "a byte": fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (sent) => {
    const body = Buffer.from(sent.body);
    body[at % body.length] = (body[at % body.length] ?? 0) ^ bits;
    return { ...sent, body };
  }),
  "the length": fc.integer({ min: -bytes.length, max: 50 }).map((more) => (sent) => {
    if (more === 0) return null;
    const body = more < 0 ? sent.body.subarray(0, more) : Buffer.concat([sent.body, Buffer.alloc(more, "x")]);
    return { ...sent, body, headers: { ...sent.headers, "content-length": String(body.length) } };
  }),
  "the connection": fc.constant((sent) => ({ ...sent, isCut: true })),
  "the key": fc.stringMatching(/^[a-z0-9/._-]{1,20}$/).map((key) => (sent) => {
    const url = new URL(sent.url);
    const [, bucket = "", ...rest] = url.pathname.split("/");
    if (key === rest.join("/")) return null;
    return { ...sent, url: sent.url.replace(url.pathname, `/${bucket}/${key}`) };
  }),
  "the bucket": fc.constant((sent) => ({ ...sent, url: sent.url.replace("/pail/", "/other/") })),
  "a parameter's value": fc
    .tuple(fc.nat(), fc.stringMatching(/^[A-Za-z0-9%/-]{0,30}$/))
    .map(([at, value]) => (sent) => {
      const [address = "", query = ""] = sent.url.split("?");
      const parameters = query.split("&");
      const index = at % parameters.length;
      const [name = "", before] = (parameters[index] ?? "").split("=");
      if (before === value || /%(?![0-9A-F]{2})/.test(value)) return null;
      parameters[index] = `${name}=${value}`;
      return { ...sent, url: `${address}?${parameters.join("&")}` };
    }),
  "a parameter left out": fc.nat().map((at) => (sent) => {
    const [address = "", query = ""] = sent.url.split("?");
    const parameters = query.split("&");
    parameters.splice(at % parameters.length, 1);
    return { ...sent, url: `${address}?${parameters.join("&")}` };
  }),
  "a parameter more": fc
    .tuple(fc.constantFrom(...otherQueries), fc.stringMatching(/^[A-Za-z0-9]{0,10}$/))
    .map(([name, value]) => (sent) => ({ ...sent, url: `${sent.url}&${name}=${value}` })),
  "the method": fc
    .constantFrom("POST", "DELETE", "GET", "HEAD", "PATCH")
    .map((method) => (sent) => ({ ...sent, method })),
  "how it is framed": fc.constantFrom<Change>(
    ({ headers: { "content-length": _, ...headers }, ...sent }) => ({
      ...sent,
      headers: { ...headers, "transfer-encoding": "chunked" },
    }),
    (sent) => {
      const body = Buffer.from(`${sent.body.length.toString(16)}\r\n${sent.body}\r\n0\r\n\r\n`);
      const framed = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": String(sent.body.length),
        "content-length": String(body.length),
      };
      return { ...sent, body, headers: { ...sent.headers, ...framed } };
    },
  ),
};

const anyChange = fc.oneof(
  ...Object.entries(changes).map(([what, change]) => change.map((apply) => ({ what, apply }))),
);

describe("a signed PUT", () => {
  test.each<Partial<Traits>>([{ objectDigest: "sha256" }, { objectDigest: "md5" }])(
    "puts the object that it was made for, and nothing else of it stays: %o",
    async (traits) => {
      const signed = await putFor(bytes, {}, traits);
      expect(await send(asSigned(signed))).toBe("200");
      const object = await puts().metadata(nameIn(signed));
      expect(object).toMatchObject({ bytes: bytes.length, custom: { upload: "0198" }, type: "image/jpeg" });
      expect((await put(signed, bytes)).status).toBe(412);
      await puts().delete([nameIn(signed)]);
    },
  );

  test("signs all that goes with it, its length, and where it goes", async () => {
    const { url, headers } = await putFor(bytes);
    const signed = new URL(url).searchParams.get("X-Amz-SignedHeaders")?.split(";");
    expect(signed?.sort()).toEqual([...Object.keys(headers), "content-length", "host"].sort());
  });

  test("of which one thing is changed puts nothing: 1,200 times", async () => {
    const digest = fc.constantFrom<Traits["objectDigest"]>("sha256", "md5");
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(digest, anyChange, async (objectDigest, { what, apply }) => {
        const changed = apply(asSigned(await putFor(bytes, {}, { objectDigest })));
        fc.pre(changed !== null);
        counts.set(what, (counts.get(what) ?? 0) + 1);
        await expectRefused(changed, what);
      }),
      { numRuns: 1200 },
    );
    // Chance has left none out.
    for (const what of Object.keys(changes)) expect([what, counts.get(what) ?? 0]).not.toEqual([what, 0]);
  }, 180_000);

  test("puts nothing once it has ended, nor before it begins", async () => {
    for (const signedAt of [later(-1000), later(-905), later(3600)]) {
      const signed = await putFor(bytes, { signedAt, expiresAt: new Date(signedAt.getTime() + 900_000) });
      await expectRefused(asSigned(signed), signedAt.toISOString());
    }
  });

  test("takes exactly as many bytes as it says, for any number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70_000 }),
        fc.integer({ min: 1, max: 3 }),
        async (length, more) => {
          const file = randomBytes(length + more);
          const signed = await putFor(file.subarray(0, length));
          await expectRefused(asSigned(signed, file), "longer");
          await expectRefused(asSigned(signed, file.subarray(0, length - 1)), "shorter");
          await expectRefused(asSigned(signed, file.subarray(more)), "other bytes");
          expect(await send(asSigned(signed, file.subarray(0, length)))).toBe("200");
          await puts().delete([nameIn(signed)]);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("replaces nothing, unless it may, or the store heeds no such condition", async () => {
    const key = "puts/there";
    expect(await send(asSigned(await putFor(bytes, { key })))).toBe("200");
    const other = Buffer.from("other bytes altogether...");
    expect(await send(asSigned(await putFor(other, { key }), other))).toBe("PreconditionFailed");
    expect(await puts().read("there")).toEqual(bytes);
    expect(await send(asSigned(await putFor(other, { key, mayReplace: true }), other))).toBe("200");
    expect(await puts().read("there")).toEqual(other);
    const { headers } = await putFor(bytes, {}, { writeConditions: false });
    expect(Object.keys(headers)).not.toContain("if-none-match");
    await puts().delete(["there"]);
  });

  test("has no header that browsers set by themselves, and needs no other", async () => {
    const forbidden =
      /^(accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/;
    for (const objectDigest of ["sha256", "md5", "none"] as const)
      for (const writeConditions of [true, false]) {
        const { headers } = await putFor(bytes, {}, { objectDigest, writeConditions });
        for (const name of Object.keys(headers)) expect(name).not.toMatch(forbidden);
      }
  });

  test("and its address hold nothing that a person wrote", async () => {
    bucketClient().traits = storeWith().traits;
    const viewer = await addViewer("Mallory");
    const { offer } = await makePicture();
    const name = fc
      .string({ unit: "binary", maxLength: 30 })
      .map((rest) => `\r\nx-amz-acl: wrote-this-${rest}`);
    await fc.assert(
      fc.asyncProperty(name, async (written) => {
        const [outcome] = await beginUploads(viewer, [{ ...offer, name: written }]);
        if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
        for (const grant of Object.values(outcome.grants)) {
          if (grant.method !== "PUT") throw new Error("it is no PUT");
          const all = [grant.url, ...Object.entries(grant.headers).flat()].join("\n");
          for (const personal of ["wrote-this", viewer.name, viewer.email])
            expect(all).not.toContain(personal);
        }
      }),
      { numRuns: 10 },
    );
    bucketClient().traits = s3Traits;
  });

  test("to a store that compares MD5 alone cannot be signed without one", () => {
    const grant = { type: "image/jpeg", sha256: hash("sha256", bytes), metadata: {} };
    expect(() => putHeaders({ ...s3Traits, objectDigest: "md5" }, grant)).toThrow("needs an MD5");
  });
});
