import { describe, expect, expectTypeOf, test } from "vitest";
import { type ErrorCode, errorCodeOf, retryOf, statusOf } from "./error-codes";
import { AppError, plainFailure, readFailure } from "./errors";

describe("an error", () => {
  test("has the status of its code, and 400 where the table says nothing", () => {
    expect(new AppError("not_found", "There is no such picture.").status).toBe(404);
    expect(new AppError("too_many_albums", "You have 1000 albums.").status).toBe(400);
    expect(statusOf("unreachable")).toBe(503);
  });

  test("brings the sentence of its code along, or the one that it is given", () => {
    expect(new AppError("quota_full").toFailure()).toEqual(plainFailure("quota_full"));
    expect(new AppError("stalled", "It hangs.").message).toBe("It hangs.");
    const cause = new Error("why");
    expect(new AppError("damaged_image", undefined, { cause })).toMatchObject({
      cause,
      message: expect.stringContaining("damaged"),
    });
  });

  test("cannot be made with a misspelt code, nor without a sentence where the code has none", () => {
    type Arguments = ConstructorParameters<typeof AppError>;
    expectTypeOf<["rate_limited", "Wait."]>().toExtend<Arguments>();
    expectTypeOf<["rate_limitd", "Wait."]>().not.toExtend<Arguments>();
    expectTypeOf<["rate_limited"]>().not.toExtend<Arguments>();
    expectTypeOf<"rate_limited">().not.toExtend<Parameters<typeof plainFailure>[0]>();
    expectTypeOf<string>().not.toExtend<ErrorCode>();
  });
});

test("only what the file itself is at fault for, and what no store can do, is not worth another try", () => {
  expect(["too_large", "file_changed"].map((code) => retryOf(errorCodeOf(code, "unknown")))).toEqual([
    "never",
    "never",
  ]);
  expect([retryOf("quota_full"), retryOf("unavailable"), retryOf("other_viewer")]).toEqual([
    "by_hand",
    "soon",
    "sign_in",
  ]);
});

test("a code that this Pail does not know is read as one that says so, and keeps its sentence", () => {
  for (const code of ["code_of_long_ago", "", "toString", "__proto__"])
    expect(readFailure({ code, message: "It is gone." })).toEqual({
      code: "unknown",
      message: "It is gone.",
    });
  expect(readFailure({ code: "quota_full", message: "Full." })).toEqual({
    code: "quota_full",
    message: "Full.",
  });
});
