import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { log } from "@/lib/log";
import { s3Traits, type Traits } from "@/lib/storage/stores/traits";
import {
  addViewer,
  makeLargePicture,
  makePicture,
  send,
  setTraits,
  startTestPail,
  withDigests,
} from "@/lib/testing/test-pail";
import { beginUploads } from "./begin";
import type { ObjectGrant, PartGrant, Refusal } from "./contract";
import { policySeconds } from "./grants";
import { logRefusal, refusalShape } from "./refusal";
import { findStoreAnew } from "./store";

vi.mock("./store", async (original) => ({
  ...(await original<typeof import("./store")>()),
  findStoreAnew: vi.fn(),
}));

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
let lines: unknown[];

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
beforeEach(async () => {
  await setTraits({ upload: "put" });
  vi.mocked(findStoreAnew).mockReset().mockResolvedValue(false);
  lines = [];
  vi.spyOn(log, "warn").mockImplementation((line: unknown) => {
    lines.push(line);
  });
});
afterEach(() => setClock(null));
afterAll(async () => {
  vi.restoreAllMocks();
  await pail.stop();
});

type Changes = Partial<Extract<Refusal, { method: "PUT" }>>;

async function granted(large = false, traits: Partial<Traits> = { upload: "put" }) {
  const { partDigest = "sha256", objectDigest } = traits;
  await setTraits(traits);
  const object = objectDigest === "md5" ? "md5" : "sha256";
  const made = large ? await makeLargePicture() : await makePicture();
  const picture = await withDigests(made, { object, part: partDigest });
  const [outcome] = await beginUploads(viewer, [picture.offer]);
  if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
  return { ...outcome, picture };
}

type Granted = Awaited<ReturnType<typeof granted>>;

const said = { status: 403, code: "AccessDenied", requestId: "R1" };

/** What the browser reports of a thumb that it sent as it was granted, or with these changes. */
function reportOf({ uploadId, grants, picture }: Granted, changes: Changes = {}): Changes & Refusal {
  const { method, headers } = putIn(grants.thumb);
  const sent = { kind: "thumb" as const, bytes: picture.offer.thumb.bytes, type: "image/webp" };
  return { ...{ uploadId, ...said, ...sent }, method, headers, ...changes };
}

/** The same of the first part of an original. */
function partReportOf({ uploadId, parts }: Granted, changes: Changes = {}): Changes & Refusal {
  const [part] = parts?.missing ?? [];
  if (part === undefined) throw new Error("no part");
  const { method, headers, number } = part satisfies PartGrant;
  const sent = { kind: "original" as const, bytes: 16 * 1024 * 1024, type: "", part: number };
  return { ...{ uploadId, ...said, ...sent }, method, headers, ...changes };
}

function putIn(grant: ObjectGrant) {
  if (grant.method !== "PUT") throw new Error("it is no PUT");
  return grant;
}

async function report(refusal: Refusal) {
  const reported = await logRefusal(viewer, refusalShape.parse(refusal));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ incident: reported.incident, method: refusal.method });
  return { ...reported, line: lines.pop() };
}

describe("of a PUT the log has", () => {
  test("what the bucket said, and the header that differs from what was signed", async () => {
    const upload = await granted();
    const { url, headers } = putIn(upload.grants.thumb);
    const changed = { ...headers, "content-type": "text/html" };
    const answer = await send({ method: "PUT", url, headers: changed }, upload.picture.bytes.thumb);
    expect(answer.status).toBe(403);
    const { line, isRenewable } = await report(reportOf(upload, { headers: changed }));
    expect(line).toEqual({
      ...{ incident: expect.any(String), uploadId: upload.uploadId, kind: "thumb", method: "PUT" },
      ...{ status: 403, s3Code: "AccessDenied", requestId: "R1" },
      ...{ bytes: upload.picture.offer.thumb.bytes, type: "image/webp" },
      reason: "it is not what was signed",
      failed: [{ condition: "content-type", expected: "image/webp", got: "text/html" }],
    });
    expect([isRenewable, vi.mocked(findStoreAnew).mock.calls]).toEqual([false, []]);
  });

  test("each of them, one that is missing, and one too many, of which it shows nothing", async () => {
    const upload = await granted();
    const { headers } = putIn(upload.grants.thumb);
    for (const [name, expected] of Object.entries(headers)) {
      // Without the one, another way was signed; without the other, it may replace what is there.
      if (name === "x-amz-checksum-sha256") continue;
      const { line } = await report(reportOf(upload, { headers: { ...headers, [name]: "other" } }));
      expect(line).toMatchObject({ failed: [{ condition: name, expected, got: "other" }] });
      const { [name]: _, ...without } = headers;
      const left = await report(reportOf(upload, { headers: without }));
      const none = { failed: [{ condition: name, expected, got: "(no such header)" }] };
      if (name === "if-none-match") expect(left.line).not.toHaveProperty("failed");
      else expect(left.line).toMatchObject(none);
    }
    const more = { ...headers, authorization: "AWS4-HMAC-SHA256 Credential=AKIASECRET" };
    const { line } = await report(reportOf(upload, { headers: more }));
    expect(line).toMatchObject({
      failed: [{ condition: "authorization", expected: "(no such header)", got: "(not shown)" }],
    });
    expect(JSON.stringify(line)).not.toContain("AKIASECRET");
  });

  test("the length, and the end", async () => {
    const upload = await granted();
    const { bytes } = upload.picture.offer.thumb;
    expect((await report(reportOf(upload, { bytes: bytes + 1 }))).line).toMatchObject({
      failed: [{ condition: "content-length", expected: `${bytes}`, got: `${bytes + 1}` }],
    });
    setClock(new Date(Date.now() + policySeconds * 1000 + 1000));
    expect((await report(reportOf(upload))).line).toMatchObject({ failed: [{ condition: "expiration" }] });
  });

  test.each(["sha256", "crc32c", "md5"] as const)(
    "the digest of a part that was held to %s",
    async (part) => {
      const upload = await granted(true, { partDigest: part });
      expect((await report(partReportOf(upload))).line).toMatchObject({
        reason: expect.stringContaining("it is what was signed"),
      });
      const [[name = ""] = []] = Object.entries(upload.parts?.missing[0]?.headers ?? {});
      const changed = { headers: { [name]: "other" }, bytes: 5 };
      expect((await report(partReportOf(upload, changed))).line).toMatchObject({
        failed: [{ condition: "content-length" }, { condition: name, got: "other" }],
      });
      expect((await report(partReportOf(upload, { part: 400 }))).line).toMatchObject({
        reason: "the upload has no such object or part",
      });
    },
  );

  test("no signature and no credential, whatever is reported", async () => {
    const upload = await granted();
    const signature = new URL(putIn(upload.grants.thumb).url).searchParams.get("X-Amz-Signature") ?? "none";
    for (const refusal of [reportOf(upload), reportOf(upload, { headers: { "x-amz-checksum-sha256": "x" } })])
      expect(JSON.stringify((await report(refusal)).line)).not.toContain(signature);
  });
});

describe("the store is found anew", () => {
  test.each([
    [501, "NotImplemented"],
    [405, "MethodNotAllowed"],
    [400, "InvalidDigest"],
    [403, "AccessDenied"],
    [412, "PreconditionFailed"],
    [403, "unknown"],
  ])("after %i %s, and where it sends otherwise now, a fresh grant goes on", async (status, code) => {
    const upload = await granted();
    for (const isRenewable of [true, false]) {
      vi.mocked(findStoreAnew).mockResolvedValue(isRenewable);
      expect(await report(reportOf(upload, { status, code }))).toMatchObject({ isRenewable });
    }
    expect(findStoreAnew).toHaveBeenCalledTimes(2);
  });

  test("after a form that the store does not know any more, or refuses as it was issued", async () => {
    const upload = await granted(false, s3Traits);
    const { uploadId, grants } = upload;
    if (grants.thumb.method !== "POST") throw new Error("it is no form");
    const { fields } = grants.thumb;
    const form = {
      ...{ uploadId, kind: "thumb" as const, ...said, bytes: upload.picture.offer.thumb.bytes },
      ...{ type: "image/webp", method: "POST" as const, fields },
    };
    vi.mocked(findStoreAnew).mockResolvedValue(true);
    expect(await report({ ...form, status: 501, code: "NotImplemented" })).toMatchObject({
      isRenewable: true,
    });
    expect(await report(form)).toMatchObject({ isRenewable: true });
    expect(findStoreAnew).toHaveBeenCalledTimes(2);
    // Not where somebody has changed it.
    const changed = { ...form, fields: { ...fields, "Content-Type": "text/html" } };
    expect(await report(changed)).toMatchObject({ isRenewable: false });
    expect(findStoreAnew).toHaveBeenCalledTimes(2);
  });

  test.each([
    [400, "BadDigest"],
    [403, "RequestTimeTooSkewed"],
    [404, "NoSuchBucket"],
    [507, "InsufficientStorage"],
  ])("but not after %i %s, which says nothing of what it can", async (status, code) => {
    expect(await report(reportOf(await granted(), { status, code }))).toMatchObject({ isRenewable: false });
    expect(findStoreAnew).not.toHaveBeenCalled();
  });

  test.each<[Partial<Traits>, Partial<Traits>]>([
    [{ upload: "put" }, { upload: "post" }],
    [{ upload: "put" }, { upload: "put", objectDigest: "md5" }],
    [{ upload: "put" }, { upload: "put", writeConditions: false }],
    [{ upload: "put" }, { upload: "put", signsEmptyHeaders: false }],
    [{ upload: "put", signsEmptyHeaders: false }, { upload: "put" }],
    [{ upload: "put" }, { upload: "none" }],
  ])("nor where that was done since it was granted, from %o to %o", async (before, after) => {
    const upload = await granted(false, before);
    await setTraits(after);
    const { isRenewable, line } = await report(reportOf(upload));
    expect([isRenewable, vi.mocked(findStoreAnew).mock.calls]).toEqual([true, []]);
    expect(line).toMatchObject({ reason: expect.stringContaining("the store took before") });
  });

  test("nor of parts that were held to another digest", async () => {
    for (const partDigest of ["crc32c", "none"] as const) {
      const upload = await granted(true, s3Traits);
      await setTraits({ partDigest });
      expect(await report(partReportOf(upload))).toMatchObject({ isRenewable: true });
    }
    expect(findStoreAnew).not.toHaveBeenCalled();
  });
});

test("a report is no longer than a PUT can be, and in S3's words", async () => {
  const refusal = reportOf(await granted());
  expect(refusalShape.safeParse(refusal).success).toBe(true);
  const wrong: object[] = [
    { method: "DELETE" },
    { method: "POST" },
    { fields: {} },
    { headers: { "content-type": "x".repeat(501) } },
    { headers: Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`h${i}`, ""])) },
    { headers: { ["x".repeat(201)]: "" } },
    { headers: undefined },
    { part: 0 },
    { part: 10_001 },
    { part: "1" },
  ];
  for (const change of wrong)
    expect([change, refusalShape.safeParse({ ...refusal, ...change }).success]).toEqual([change, false]);
});
