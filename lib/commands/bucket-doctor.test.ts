import { describe, expect, test } from "vitest";
import { provideStore, run } from "@/lib/testing/command-line";

const variables = provideStore();

describe.concurrent("bucket doctor", () => {
  test("finds a bucket that was set up fine, says where its credentials come from, and ends with 0", async () => {
    expect(await run(["bucket", "setup"], variables("healthy"))).toMatchObject({ code: 0 });
    const { code, out, err } = await run(["bucket", "doctor"], variables("healthy"));
    expect(err).toBe("");
    expect(out).toContain("The credentials (…-key) come from the environment\n");
    expect(out).not.toContain("a-secret-key");
    expect(out).toMatch(/HEIC by libheif \d+\.\d+\.\d+, the others by sharp .*\(AVIF by libheif /);
    expect(code).toBe(0);
  });

  test("says what is wrong, why it matters and what mends it, and ends with 2", async () => {
    const { code, out } = await run(["bucket", "doctor", "--json"], variables("missing"));
    const { findings } = JSON.parse(out);
    expect(findings.at(-1)).toMatchObject({
      level: "fatal",
      id: "bucket",
      what: expect.stringContaining("There is no bucket missing at 127.0.0.1"),
      mend: expect.stringContaining("npm run manage -- bucket setup"),
    });
    expect(code).toBe(2);
  });

  test("keeps Pail from starting where it finds something fatal", async () => {
    const { code, out, err } = await run(["start"], variables("missing-too"));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /^Pail does not start with this bucket\. There is no bucket missing-too .*bucket doctor.*\n$/,
    );
  });
});
