import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { log } from "@/lib/log";
import { addViewer, formOf, makePicture, post, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "./begin";
import { parseS3Error } from "./client/send/send-object";
import type { Refusal } from "./contract";
import { logRefusal, refusalShape } from "./refusal";

type RefusedForm = Extract<Refusal, { method: "POST" }>;

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterEach(() => {
  setClock(null);
  vi.restoreAllMocks();
});
afterAll(() => pail.stop());

/** Sends a thumb by a form with these changes, and reports what the bucket says as the browser does. */
async function refuse(changes: Record<string, string>, more = 0): Promise<RefusedForm> {
  const { offer, bytes } = await makePicture();
  const [granted] = await beginUploads(viewer, [offer]);
  if (granted?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(granted)}`);
  const issued = formOf(granted.grants.thumb);
  const form = { ...issued, fields: { ...issued.fields, ...changes } };
  const sent = Buffer.concat([bytes.thumb, Buffer.alloc(more)]);
  const response = await post(form, sent);
  const { code, requestId } = parseS3Error(await response.text());
  const { uploadId } = granted;
  const said = { status: response.status, code, requestId };
  const refusal = refusalShape.parse({
    uploadId,
    method: "POST",
    kind: "thumb",
    ...said,
    bytes: sent.length,
    type: "image/webp",
    fields: form.fields,
  });
  if (refusal.method !== "POST") throw new Error("it was a form");
  return refusal;
}

async function logged(refusal: RefusedForm, by = viewer) {
  const lines: unknown[] = [];
  vi.spyOn(log, "warn").mockImplementation((line: unknown) => {
    lines.push(line);
  });
  const { incident: number } = await logRefusal(by, refusal);
  expect(lines).toHaveLength(1);
  const text = JSON.stringify(lines[0]);
  for (const name of ["policy", "x-amz-signature", "x-amz-credential"])
    expect(text).not.toContain(refusal.fields[name]);
  expect(lines[0]).toMatchObject({ incident: number });
  return lines[0];
}

describe("the log has", () => {
  test("what S3 said, and the condition that failed", async () => {
    const refusal = await refuse({ "Content-Type": "text/html" });
    expect(refusal).toMatchObject({ status: 403, code: "AccessDenied", requestId: expect.any(String) });
    const { uploadId, requestId, bytes } = refusal;
    expect(await logged(refusal)).toEqual({
      incident: expect.any(String),
      uploadId,
      kind: "thumb",
      method: "POST",
      bytes,
      type: "image/webp",
      status: 403,
      s3Code: "AccessDenied",
      requestId,
      reason: "it does not meet its policy",
      failed: [{ condition: "Content-Type", expected: "image/webp", got: "text/html" }],
    });
  });

  test("the length that was expected", async () => {
    const refusal = await refuse({}, 3);
    expect(refusal.code).toBe("EntityTooLarge");
    const length = refusal.bytes - 3;
    expect(await logged(refusal)).toMatchObject({
      failed: [
        { condition: "content-length-range", expected: `${length} to ${length}`, got: `${refusal.bytes}` },
      ],
    });
  });

  test("that the policy is not ours, and believes none of it", async () => {
    const policy = Buffer.from('{"expiration":"2020-01-01T00:00:00Z","conditions":[]}').toString("base64");
    const line = await logged(await refuse({ policy }));
    expect(line).toMatchObject({ reason: expect.stringContaining("was changed on the way") });
    expect(line).not.toHaveProperty("failed");
  });

  test("where to look when the form is as it was issued", async () => {
    const refusal = { ...(await refuse({ "Content-Type": "text/html" })) };
    const line = await logged({ ...refusal, fields: { ...refusal.fields, "Content-Type": "image/webp" } });
    expect(line).toMatchObject({ reason: expect.stringContaining("bucket doctor") });
  });
});

test("nobody reports on another's upload, or on none", async () => {
  const refusal = await refuse({ key: "other" });
  await expect(logRefusal(await addViewer(), refusal)).rejects.toMatchObject({ code: "not_found" });
});

test("nobody fills the log", async () => {
  const eager = await addViewer();
  const refusal = await refuse({ key: "other" });
  const codes: unknown[] = [];
  vi.spyOn(log, "warn").mockImplementation(() => undefined);
  // The whole of a window lies ahead.
  setClock(new Date(Math.ceil(Date.now() / 60_000) * 60_000));
  for (let i = 0; i < 70; i += 1) codes.push(await logRefusal(eager, refusal).catch(({ code }) => code));
  expect(codes.indexOf("rate_limited")).toBe(60);
  expect(codes.slice(60)).toEqual(Array(10).fill("rate_limited"));
});

test("a report is no longer than a form, and in S3's words", async () => {
  const refusal = await refuse({ key: "other" });
  const wrong: Partial<Record<keyof RefusedForm, unknown>>[] = [
    { code: "Access\nDenied" },
    { code: "x".repeat(81) },
    { requestId: "a b" },
    { status: 0 },
    { bytes: -1 },
    { type: "x".repeat(101) },
    { kind: "other" },
    { fields: { key: "x".repeat(20_001) } },
    { fields: Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`f${i}`, ""])) },
    { more: 1 } as object,
  ];
  for (const change of wrong) expect(refusalShape.safeParse({ ...refusal, ...change }).success).toBe(false);
});
