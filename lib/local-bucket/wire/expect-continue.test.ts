import { Agent, request } from "node:http";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boundary, encodeForm, pinnedForm } from "@/lib/testing/local-bucket/forms";
import { type HandSigned, signByHand } from "@/lib/testing/local-bucket/hand-signed";
import { send } from "@/lib/testing/local-bucket/raw-http";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const bytes = Buffer.alloc(300_000, "x");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Outcome {
  status: number;
  /** Whether the server asked for the body. */
  continued: boolean;
  connection: string | undefined;
  code: string | undefined;
}

/** Sends a request that waits to be asked for its body, and sends none where it is not. */
function expectContinue(
  url: string,
  method: string,
  headers: Record<string, string | number>,
  body: Buffer,
  agent: Agent,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const { hostname, port } = new URL(url);
    const path = url.slice(new URL(url).origin.length);
    const outgoing = request(
      { hostname, port, path, method, agent, headers: { ...headers, Expect: "100-continue" } },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("end", () => {
          const code = /<Code>([^<]*)</.exec(text)?.[1];
          resolve({
            status: incoming.statusCode ?? 0,
            continued,
            connection: incoming.headers.connection,
            code,
          });
          if (!continued) outgoing.destroy();
        });
      },
    );
    outgoing.on("continue", () => {
      continued = true;
      outgoing.end(body);
    });
    outgoing.on("error", reject);
    outgoing.flushHeaders();
  });
}

async function put(key: string, agent: Agent, more: Partial<HandSigned> = {}): Promise<Outcome> {
  const path = `/${server.bucket}/${key}`;
  const { url, headers, body } = await signByHand(server.endpoint, {
    method: "PUT",
    path,
    body: bytes,
    ...more,
  });
  return await expectContinue(url, "PUT", headers, body, agent);
}

async function withAgent<T>(run: (agent: Agent) => Promise<T>): Promise<T> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    return await run(agent);
  } finally {
    agent.destroy();
  }
}

test("a client that waits is asked for its body, and its connection goes on", async () => {
  await withAgent(async (agent) => {
    for (const key of ["one", "two"]) {
      expect(await put(key, agent)).toMatchObject({ status: 200, continued: true });
      expect(await exists(server, key)).toBe(true);
    }
    const sockets = Object.values(agent.freeSockets).flat();
    expect(sockets).toHaveLength(1);
    const form = encodeForm(await pinnedForm(server, "form.png", bytes));
    const headers = {
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
      "Content-Length": form.length,
    };
    const url = `${server.endpoint}/${server.bucket}`;
    expect(await expectContinue(url, "POST", headers, form, agent)).toMatchObject({
      status: 201,
      continued: true,
    });
    expect(Object.values(agent.freeSockets).flat()).toEqual(sockets);
  });
});

test("a client that waits is refused without having sent its body, and its connection ends", async () => {
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: "there", Body: "x" }));
  const refusals: [Partial<HandSigned>, string][] = [
    [{ headers: { "if-none-match": "*" } }, "PreconditionFailed"],
    [{ path: "/no-such-bucket/there" }, "NoSuchBucket"],
    [{ payload: "nonsense" }, "InvalidArgument"],
    [{ headers: { "x-amz-acl": "public-read" } }, "AccessDenied"],
    [{ headers: { "x-amz-checksum-sha256": "short" } }, "InvalidRequest"],
    [{ headers: { "content-length": String(6 * 1024 ** 3) } }, "EntityTooLarge"],
    [{ signedAt: new Date(0) }, "RequestTimeTooSkewed"],
  ];
  for (const [more, code] of refusals) {
    const outcome = await withAgent((agent) => put("there", agent, more));
    expect(outcome).toMatchObject({ continued: false, connection: "close", code });
  }
  const unsigned = await withAgent((agent) =>
    expectContinue(`${server.endpoint}/${server.bucket}/x`, "PUT", { "Content-Length": 5 }, bytes, agent),
  );
  expect(unsigned).toMatchObject({ status: 403, continued: false, code: "AccessDenied" });
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket: server.bucket, Key: "there" }));
  expect(await Body?.transformToString()).toBe("x");
});

test("a body of unknown length is not taken", async () => {
  const { bucket: Bucket, client, endpoint } = server;
  const CORSRules = [{ AllowedOrigins: ["*"], AllowedMethods: ["GET"] }];
  const unsignableHeaders = new Set(["content-length", "content-type"]);
  const commands = {
    object: new PutObjectCommand({ Bucket, Key: "chunked" }),
    cors: new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }),
    keys: new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "there" }] } }),
  };
  const urls = [
    ["PUT", await getSignedUrl(client, commands.object)],
    ["PUT", await getSignedUrl(client, commands.cors, { unsignableHeaders })],
    ["POST", await getSignedUrl(client, commands.keys, { unsignableHeaders })],
    ["POST", `${endpoint}/${Bucket}`],
  ] as const;
  for (const [method, url] of urls) {
    const headers = {
      "Transfer-Encoding": "chunked",
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
    };
    expect(await send(url, method, headers, [Buffer.from("x")])).toMatchObject({
      status: 411,
      code: "MissingContentLength",
    });
  }
  expect(await exists(server, "chunked")).toBe(false);
});
