import { expect, test } from "vitest";
import { provideStore, run } from "@/lib/testing/command-line";

const variables = provideStore();

test("uploads sweep and uploads reconcile say what they did, also where there is nothing yet", async () => {
  expect(await run(["bucket", "setup"], variables("photos"))).toMatchObject({ code: 0 });
  const swept = await run(["uploads", "sweep"], variables("photos"));
  expect(swept).toMatchObject({
    code: 0,
    err: "",
    out: expect.stringMatching(/^Confirmed 0 uploads, ended 0 /),
  });
  const compared = await run(["uploads", "reconcile", "--repair"], variables("photos"));
  expect(compared).toEqual({
    code: 0,
    err: "",
    out: "Compared 0 pictures with 0 objects.\nDeleted 0 objects and put 0 pictures into the trash.\n",
  });
});
