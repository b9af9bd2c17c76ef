import { describe, expect, test } from "vitest";
import { provideStore, run } from "@/lib/testing/command-line";

const variables = provideStore();

describe("bucket setup", () => {
  test("plans, then changes what it planned, then finds nothing to change; the list shows the bucket", async () => {
    const plan = await run(["bucket", "setup", "--plan"], variables("photos"));
    expect(plan).toMatchObject({ code: 0, err: "" });
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
    ]);
    const setup = await run(["bucket", "iam-policy", "--for", "setup"], variables("photos"));
    expect(setup.out).toContain("s3:PutBucketPolicy");
    const other = await run(["bucket", "iam-policy", "--for", "everyone"], variables("photos"));
    expect(other).toMatchObject({ code: 2, err: "--for must be one of app, setup, collect-static.\n" });
  });
});
