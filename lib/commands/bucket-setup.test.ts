import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { newFolder, provideStore, run } from "@/lib/testing/command-line";
import { type Conduct, refuse, startStoreDouble } from "@/lib/testing/store-double";

const variables = provideStore();

describe("bucket setup", () => {
  test("plans, then changes what it planned, then finds nothing to change; the list shows the bucket", async () => {
    const home = newFolder();
    const plan = await run(["bucket", "setup", "--plan"], { ...variables("photos"), DATA_DIR: home });
    expect(plan).toMatchObject({ code: 0, err: "" });
    expect(fs.readdirSync(home)).toEqual([]);
    expect(plan.out).toMatch(/^To be changed:\n {2}Create the bucket photos in eu-north-1\n/);
    expect((await run(["bucket", "list"], variables("photos"))).out).toBe("There are no buckets.\n");
    const made = await run(["bucket", "setup", "--origin", "https://b.example.org"], variables("photos"));
    expect(made.out).toMatch(/^Changed:\n {2}Create the bucket photos/);
    expect(made.out).toContain("pages of http://localhost:0, https://b.example.org to send");
    expect(made.out).toMatch(/Not supported by this store:\n {2}Bucket policies: /);
    const again = await run(
      ["bucket", "setup", "--origin", "https://b.example.org", "--json"],
      variables("photos"),
    );
    expect(JSON.parse(again.out)).toMatchObject({ changes: [], unsupported: [{ what: "Bucket policies" }] });
    const today = new Date().toISOString().slice(0, 10);
    expect((await run(["bucket", "list"], variables("photos"))).out).toBe(`* photos  ${today}\n`);
  });

  test("keeps what it finds out of the store, so that a plan proposes nothing in vain", async () => {
    const double = await startStoreDouble(variables("known").S3_ENDPOINT ?? "", keepsNoPolicies());
    const at = { ...variables("known"), S3_ENDPOINT: double.url, DATA_DIR: newFolder() };
    const made = await run(["bucket", "setup", "--json"], at);
    expect(made).toMatchObject({ code: 0, err: "" });
    const lack = expect.stringMatching(/presigned writes/);
    expect(JSON.parse(made.out).unsupported).toContainEqual({ what: lack, why: expect.any(String) });
    const plan = JSON.parse((await run(["bucket", "setup", "--plan", "--json"], at)).out);
    expect([plan.changes, plan.refused, plan.note]).toEqual([[], [], undefined]);
    expect(plan.unsupported).toContainEqual({ what: lack, why: expect.any(String) });
    await double.close();
  });

  test("ends with 1 where something was refused that could be allowed, and says what", async () => {
    const noCors: Conduct = (request, response, pass) =>
      request.url?.includes("cors") && request.method === "PUT"
        ? refuse(request, response, 403, "AccessDenied")
        : pass();
    const double = await startStoreDouble(variables("refusing").S3_ENDPOINT ?? "", noCors);
    const { code, out } = await run(["bucket", "setup"], {
      ...variables("refusing"),
      S3_ENDPOINT: double.url,
    });
    expect(code).toBe(1);
    expect(out).toMatch(
      /^Changed:\n(?: {2}.*\n)*Refused:\n {2}Allow pages of http:\/\/localhost:0 .*PutBucketCors/,
    );
    await double.close();
  });

  test("refuses names that are none, and origins that are none, in one sentence", async () => {
    const name = await run(["bucket", "setup"], variables("My_Photos"));
    expect([name.code, name.out]).toEqual([1, ""]);
    expect(name.err).toMatch(/^“My_Photos” is no bucket's name: .*\n$/);
    const origin = await run(["bucket", "setup", "--origin", "elsewhere"], variables("photos"));
    expect(origin).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/^--origin must be .*\n$/) });
  });
});

describe("bucket iam-policy", () => {
  test("prints what each role needs, for this bucket and these locations", async () => {
    const { code, out } = await run(["bucket", "iam-policy"], {
      ...variables("photos"),
      MEDIA_LOCATION: "pictures",
    });
    expect(code).toBe(0);
    expect(JSON.parse(out).Statement.map(({ Resource }: { Resource: string }) => Resource)).toEqual([
      "arn:aws:s3:::photos",
      "arn:aws:s3:::photos/incoming/*",
      "arn:aws:s3:::photos/pictures/*",
      "arn:aws:s3:::photos/journal/*",
      "arn:aws:s3:::photos/backups/*",
    ]);
    const setup = await run(["bucket", "iam-policy", "--for", "setup"], variables("photos"));
    expect(setup.out).toContain("s3:PutBucketPolicy");
    const other = await run(["bucket", "iam-policy", "--for", "everyone"], variables("photos"));
    expect(other).toMatchObject({ code: 2, err: "--for must be one of app, setup, collect-static.\n" });
  });
});

/** As the newest versitygw: it knows policies, and not the condition of Pail's. */
const keepsNoPolicies = (): Conduct => (request, response, pass) => {
  if (!request.url?.includes("policy")) pass();
  else if (request.method === "GET") refuse(request, response, 404, "NoSuchBucketPolicy");
  else refuse(request, response, 400, "MalformedPolicy");
};
