import { test } from "vitest";
import { connect } from "@/lib/testing/local-bucket/test-server";
import { doubleCredentials } from "@/lib/testing/pail-on-double";
import { asB2 } from "./b2-double";
import { journey } from "./double-journey";

test("pictures of any size go to B2, and no version stays of what is deleted", () =>
  journey((storeUrl) => asB2(connect(storeUrl, "us-east-1", doubleCredentials))));
