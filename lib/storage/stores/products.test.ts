import { expect, test } from "vitest";
import { adviceFor } from "./products";

const local = { host: "127.0.0.1:9000", server: null, answer: "" };
const error = (rest: string) => `<Error><Code>AccessDenied</Code>${rest}</Error>`;

test.each([
  ["AWS S3", { host: "s3.eu-central-1.amazonaws.com", server: "AmazonS3" }],
  ["Cloudflare R2", { host: "account.r2.cloudflarestorage.com", server: "cloudflare" }],
  ["Backblaze B2", { host: "s3.us-west-004.backblazeb2.com:443" }],
  ["MinIO", { server: "MinIO" }],
  ["Garage", { answer: error("<Message>Forbidden: Garage does not support anonymous access yet</Message>") }],
  ["SeaweedFS", { server: "SeaweedFS 30GB 4.44" }],
  ["versitygw", { server: "VERSITYGW" }],
  ["Ceph", { answer: error("<RequestId>tx00000000000000000000a-0065f-10f3-default</RequestId>") }],
  ["Ceph", { server: "Ceph Object Gateway (tentacle)" }],
  ["this store", {}],
  ["this store", { host: "amazonaws.com.example.org", server: "nginx" }],
])("%s is guessed from what it says", (name, said) => {
  expect(adviceFor({ ...local, ...said }).name).toBe(name);
});

test("says what to do on that store", () => {
  const minio = adviceFor({ ...local, server: "MinIO" });
  expect(minio.allowOrigins(["https://a.example.org", "http://b"])).toContain(
    "MINIO_API_CORS_ALLOW_ORIGIN=https://a.example.org,http://b",
  );
});
