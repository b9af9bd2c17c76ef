import { expect, test } from "vitest";
import { withoutSecrets } from "./without-secrets";

test.each([
  [
    "fetch of https://b.example/k?X-Amz-Signature=0a1b&X-Amz-Date=2 failed",
    "fetch of https://b.example/k?… failed",
  ],
  ["Failed to parse URL from /upload?state=id.17.c0de", "Failed to parse URL from /upload?…"],
  ["libsql://db.example?authToken=eyJ.a-b_c: no answer", "libsql://db.example?… no answer"],
  ["/setup?token=a%20b, then", "/setup?… then"],
  [JSON.stringify({ url: "/s?t=x", next: 1 }), '{"url":"/s?…","next":1}'],
  [JSON.stringify({ stack: "at /a?b=c\nat d" }), '{"stack":"at /a?…\\nat d"}'],
  ["authorization: Bearer abc.def", "authorization: Bearer …"],
  [`a token pail_${"x".repeat(43)} of`, "a token pail_… of"],
  ["select a = ? and b in (?, ?) limit ?", "select a = ? and b in (?, ?) limit ?"],
  ["Is it there? No.", "Is it there? No."],
])("of %j the log has %j", (said, kept) => expect(withoutSecrets(said)).toBe(kept));
