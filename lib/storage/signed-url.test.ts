import { randomBytes } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl, S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { startTestPail } from "@/lib/testing/test-pail";
import { type BucketClient, bucketClient, Sha256 } from "./bucket-client";
import {
  attachment,
  presign,
  signGetUrl,
  type UrlOptions,
  urlLifeSeconds,
  urlWindowSeconds,
} from "./signed-url";

let pail: Awaited<ReturnType<typeof startTestPail>>;

beforeAll(async () => {
  pail = await startTestPail();
  await put("media/a.jpg", "bytes");
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const inline: UrlOptions = { type: "image/jpeg", disposition: "inline" };
const sign = (key: string, options = inline) => signGetUrl(bucketClient(), key, options);
const windowMs = urlWindowSeconds * 1000;
const startOfWindow = (windows: number): number => (Math.floor(Date.now() / windowMs) + windows) * windowMs;

async function put(key: string, body: string): Promise<void> {
  const { s3, name } = bucketClient();
  await s3.send(new PutObjectCommand({ Bucket: name, Key: key, Body: body, ContentType: "text/html" }));
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("Zürich Ufer.jpg", "שלום.jpg", `a"b\\c'd%41;e.jpg`, "a\r\nSet-Cookie: b", "(!*)~", "+&=?#"),
);

/** As SigV4 has it (RFC 3986). */
const encoded = (part: string): string =>
  encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );

describe("a signed URL", () => {
  test("is the same for a whole window, and another in the next", async () => {
    const signedAt = (ms: number) => {
      setClock(new Date(ms));
      return sign("media/a.jpg");
    };
    const url = await signedAt(startOfWindow(0));
    expect(await signedAt(startOfWindow(1) - 60_000)).toBe(url);
    const next = await signedAt(startOfWindow(1));
    expect(next).not.toBe(url);
    expect(await signedAt(startOfWindow(2) - 60_000)).toBe(next);
  });

  test("works until the end of the window after its own, and not a moment longer", async () => {
    setClock(new Date(startOfWindow(0) - 60_000));
    const previous = new URL(await sign("media/a.jpg"));
    expect((await fetch(previous)).status).toBe(200);
    const signedAt = startOfWindow(-1);
    expect(previous.searchParams.get("X-Amz-Date")).toBe(compactDate(signedAt));
    expect(signedAt + Number(previous.searchParams.get("X-Amz-Expires")) * 1000).toBe(startOfWindow(1));
    setClock(new Date(startOfWindow(-1) - 60_000));
    expect((await fetch(await sign("media/a.jpg"))).status).toBe(403);
  });

  test("has the answer cached by one browser for as long as it works, under our type", async () => {
    const answer = await fetch(await sign("media/a.jpg", { ...inline, disposition: attachment("See.jpg") }));
    expect(answer.headers.get("cache-control")).toBe(`private, max-age=${urlLifeSeconds}, immutable`);
    expect(answer.headers.get("content-type")).toBe("image/jpeg");
    expect(answer.headers.get("content-disposition")).toBe(attachment("See.jpg"));
    expect(await answer.text()).toBe("bytes");
  });

  test("opens that object alone, as it is", async () => {
    const url = await sign("media/a.jpg");
    await put("media/b.jpg", "others");
    const changes = [
      url.replace("/media/a.jpg", "/media/b.jpg"),
      url.replace("image%2Fjpeg", "text%2Fhtml"),
      url.replace(`X-Amz-Expires=${urlLifeSeconds}`, `X-Amz-Expires=${urlLifeSeconds + 1}`),
      url.replace("inline", "attachment"),
      url.replace(/&?X-Amz-Signature=[^&]+/, ""),
    ];
    for (const changed of changes) {
      expect(changed).not.toBe(url);
      expect([400, 403]).toContain((await fetch(changed)).status);
    }
    expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(403);
  });

  test("works for every key", async () => {
    const key = fc
      .array(text, { minLength: 1, maxLength: 3 })
      .map((parts) => `media/${parts.join("/")}`)
      .filter((path) => path.split("/").every((part) => !["", ".", ".."].includes(part)))
      .filter((path) => path.isWellFormed() && !path.includes("\0"));
    await fc.assert(
      fc.asyncProperty(key, async (path) => {
        const body = randomBytes(8).toString("hex");
        await put(path, body);
        expect(await (await fetch(await sign(path))).text()).toBe(body);
      }),
      { numRuns: 60 },
    );
  });

  test("is what the SDK's own presigner makes of the same request", async () => {
    const { s3 } = bucketClient();
    const options = { type: "image/jpeg", disposition: attachment("Zürich (3).jpg") };
    const ours = new URL(await sign("media/a b/ü.jpg", options));
    const overrides = [...ours.searchParams].filter(([name]) => name.startsWith("response-"));
    const request = {
      method: "GET",
      protocol: ours.protocol,
      hostname: ours.hostname,
      port: Number(ours.port),
      path: ours.pathname,
      query: Object.fromEntries(overrides),
      headers: { host: ours.host },
    };
    const presigner = new S3RequestPresigner({ ...s3.config });
    const theirs = await presigner.presign(request as Parameters<typeof presigner.presign>[0], {
      signingDate: new Date(startOfWindow(0)),
      expiresIn: urlLifeSeconds,
    });
    expect(theirs.query).toEqual(Object.fromEntries(ours.searchParams));
  });

  test("of any request is what the SDK signs, also with a session token", async () => {
    const word = text.filter((one) => one.isWellFormed() && !one.includes("\0"));
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    // As fetch lets a header be.
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    const request = fc.record({
      method: fc.constantFrom("GET" as const, "PUT" as const),
      key: fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => `media/${parts.join("/")}`),
      query: fc.dictionary(
        name.map((one) => `response-${one}`),
        word,
        { maxKeys: 3 },
      ),
      headers: fc.dictionary(
        name.map((one) => `x-amz-meta-${one}`),
        value,
        { maxKeys: 3 },
      ),
      signingDate: fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }),
      expiresIn: fc.integer({ min: 1, max: 604_800 }),
      sessionToken: fc.option(word, { nil: undefined }),
    });
    const { s3, ...rest } = bucketClient();
    const known = await s3.config.credentials();
    await fc.assert(
      fc.asyncProperty(request, async ({ sessionToken, ...asked }) => {
        const credentials = { ...known, ...(sessionToken && { sessionToken }) };
        const config = { credentials: async () => credentials };
        const url = new URL(
          await presign({ ...rest, s3: { config } as unknown as typeof s3 } as BucketClient, asked),
        );
        const signer = new SignatureV4({
          ...{ service: "s3", region: rest.region, credentials, sha256: Sha256 },
          ...{ applyChecksum: false, uriEscapePath: false },
        });
        const { method, query, headers, signingDate, expiresIn } = asked;
        const names = new Set(Object.keys(headers));
        const theirs = await signer.presign(
          {
            ...{ method, protocol: url.protocol, hostname: url.hostname, port: Number(url.port), query },
            // As it is, where a URL would take its dots away.
            path: `/${rest.name}/${asked.key.split("/").map(encoded).join("/")}`,
            headers: { ...headers, host: url.host, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
          },
          {
            signingDate,
            expiresIn,
            signableHeaders: new Set(["host", ...names]),
            unhoistableHeaders: names,
          },
        );
        expect(Object.fromEntries(url.searchParams)).toEqual(theirs.query);
      }),
      { numRuns: 300 },
    );
  });

  test("gets the same answer as one from getSignedUrl", async () => {
    const { s3, name } = bucketClient();
    const command = new GetObjectCommand({
      Bucket: name,
      Key: "media/a.jpg",
      ResponseContentType: "image/jpeg",
      ResponseContentDisposition: "inline",
      ResponseCacheControl: `private, max-age=${urlLifeSeconds}, immutable`,
    });
    const [theirs, ours] = await Promise.all([
      fetch(await getSignedUrl(s3, command, { expiresIn: 60 })),
      fetch(await sign("media/a.jpg")),
    ]);
    expect([ours.status, await ours.text()]).toEqual([theirs.status, await theirs.text()]);
    for (const header of ["content-type", "content-disposition", "cache-control", "etag"])
      expect(ours.headers.get(header)).toBe(theirs.headers.get(header));
  });
});

describe("what is remembered", () => {
  /** The bucket, which counts what is signed for it: only who signs asks for its region. */
  function counted(changes: Partial<BucketClient> = {}) {
    const { region, ...rest } = bucketClient();
    return {
      ...rest,
      ...changes,
      signed: 0,
      get region() {
        this.signed += 1;
        return region;
      },
    };
  }

  test("is not signed again", async () => {
    const bucket = counted();
    for (let i = 0; i < 3; i += 1) await signGetUrl(bucket, "media/remembered", inline);
    await signGetUrl(bucket, "media/remembered", { ...inline, disposition: "attachment" });
    await signGetUrl(bucket, "media/remembered", { ...inline, type: "image/png" });
    expect(bucket.signed).toBe(3);
  });

  test("belongs to one bucket", async () => {
    const [one, other] = [counted(), counted({ publicUrl: "https://other.example.org" })];
    await signGetUrl(one, "media/both", inline);
    expect(await signGetUrl(other, "media/both", inline)).toMatch(/^https:\/\/other\.example\.org\//);
  });

  test("is bounded", async () => {
    const bucket = counted();
    const count = 100_001;
    for (let i = 0; i < count; i += 1) await signGetUrl(bucket, `media/${i}`, inline);
    expect(bucket.signed).toBe(count);
    await signGetUrl(bucket, "media/0", inline);
    expect(bucket.signed).toBe(count + 1);
  });

  test("does not outlive its window, also where it was signed while that ended", async () => {
    const bucket = counted();
    const { promise: waiting, resolve: goOn } = deferred();
    const { promise: reached, resolve: reach } = deferred();
    const { s3 } = bucketClient();
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      // First for the window, and then to sign.
      if (asked === 2) {
        reach();
        await waiting;
      }
      return s3.config.credentials();
    };
    const slowBucket = { ...bucketClient(), s3: { config: { credentials } } as unknown as typeof s3 };
    setClock(new Date(startOfWindow(1) - 60_000));
    const late = signGetUrl(slowBucket, "media/late", inline);
    await reached;
    setClock(new Date(startOfWindow(1) + 60_000));
    await signGetUrl(bucket, "media/other", inline);
    goOn();
    await late;
    await signGetUrl(bucket, "media/late", inline);
    expect(bucket.signed).toBe(2);
  });
});

describe("the name of a download", () => {
  test("in any script makes a valid header, and comes out again as it was", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom("\ud800", "a\udc00b")), (name) => {
        const header = attachment(name);
        expect(header).toMatch(
          /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/,
        );
        expect(new Headers({ "content-disposition": header }).get("content-disposition")).toBe(header);
        expect(decodeURIComponent(header.split("UTF-8''")[1] ?? "")).toBe(name.toWellFormed());
      }),
      { numRuns: 500 },
    );
  });

  test("in plain letters is plain for whoever reads no other", () => {
    expect(attachment("See 3.jpg")).toBe(`attachment; filename="See 3.jpg"; filename*=UTF-8''See%203.jpg`);
    expect(attachment('a"ü\\.jpg')).toContain('filename="a___.jpg"');
  });

  test("arrives as it was signed", async () => {
    const name = fc.oneof(text, fc.constantFrom("\ud800"));
    await fc.assert(
      fc.asyncProperty(name, async (given) => {
        const disposition = attachment(given);
        const answer = await fetch(await sign("media/a.jpg", { ...inline, disposition }));
        expect(answer.headers.get("content-disposition")).toBe(disposition);
        await answer.body?.cancel();
      }),
      { numRuns: 20 },
    );
  });
});

const compactDate = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
