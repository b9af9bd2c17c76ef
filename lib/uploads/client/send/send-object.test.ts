import { expect, it } from "vitest";
import { parseS3Error } from "./send-object";

it("finds code, message and request id in S3's error", () => {
  const xml = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Policy expired.</Message><RequestId>R1</RequestId></Error>`;
  expect(parseS3Error(xml)).toEqual({ code: "AccessDenied", message: "Policy expired.", requestId: "R1" });
});

it.each(["", "<html><body>502 Bad Gateway</body></html>", "<Code></Message>", "<Code>".repeat(10_000)])(
  "survives an answer that is none of S3's",
  (text) => expect(parseS3Error(text)).toEqual({ code: "unknown", message: "", requestId: null }),
);
