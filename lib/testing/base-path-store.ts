import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SignatureV4 } from "@smithy/signature-v4";
import { type BucketClient, Sha256 } from "@/lib/storage/bucket-client";

/**
 * The store of a bucket, as one whose API lies under a path (https://example.supabase.co/storage/v1/s3). A signature covers the path,
 * so a proxy that only takes it away is no such store: here each request is held to what was signed for the whole path, then
 * signed anew for the store behind. Forms are passed on: a policy says nothing of the path.
 */
export async function startStoreUnder(
  path: string,
  behind: BucketClient,
): Promise<{ url: string; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.replace(/\?.*/, "")}`);
    void pass(request, response);
  });
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const inside = asked.pathname.startsWith(`${path}/`) ? asked.pathname.slice(path.length) : null;
    const target = inside === null ? null : await signedAnew(behind, request, asked, inside);
    if (target === null) {
      request.resume();
      const body = "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>";
      response.writeHead(403, { "content-type": "application/xml" }).end(body);
      return;
    }
    const { hostname, port } = new URL(behind.endpoint);
    const passed = httpRequest({ host: hostname, port, method: request.method, ...target }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.once("error", () => response.destroy());
    request.pipe(passed);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Target = { path: string; headers: IncomingMessage["headers"] };

/** null where the signature is not one of the whole path. */
async function signedAnew(
  { s3, region }: BucketClient,
  { method = "GET", headers }: IncomingMessage,
  { pathname, search, hostname, port }: URL,
  inside: string,
): Promise<Target | null> {
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: s3.config.credentials,
    sha256: Sha256,
    applyChecksum: false,
    uriEscapePath: false,
  });
  const query = Object.fromEntries(new URLSearchParams(search));
  const { authorization = "" } = headers;
  const named = /SignedHeaders=([^,&]+)/.exec(authorization)?.[1] ?? query["X-Amz-SignedHeaders"];
  // A form, or a preflight: nobody signs its path.
  if (named === undefined) return { path: `${inside}${search}`, headers };
  const signed = Object.fromEntries(named.split(";").map((name) => [name, String(headers[name] ?? "")]));
  const date = String(headers["x-amz-date"] ?? query["X-Amz-Date"]);
  const signingDate = new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"));
  const at = { method, protocol: "http:", hostname, ...(port !== "" && { port: Number(port) }) };
  if (authorization !== "") {
    const sign = async (path: string) => {
      const request = { ...at, path, query, headers: signed };
      const options = { signingDate, signableHeaders: new Set(named.split(";")) };
      return (await signer.sign(request, options)).headers.authorization ?? "";
    };
    if ((await sign(pathname)) !== authorization) return null;
    return { path: `${inside}${search}`, headers: { ...headers, authorization: await sign(inside) } };
  }
  const others = Object.entries(query).filter(
    ([name]) => !name.startsWith("X-Amz-") || name === "X-Amz-Content-Sha256",
  );
  const presign = async (path: string) => {
    const request = {
      ...at,
      path,
      query: Object.fromEntries(others),
      headers: { ...signed, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
    };
    const names = new Set(named.split(";"));
    const options = {
      signingDate,
      expiresIn: Number(query["X-Amz-Expires"]),
      signableHeaders: names,
      unhoistableHeaders: names,
    };
    return (await signer.presign(request, options)).query?.["X-Amz-Signature"];
  };
  if ((await presign(pathname)) !== query["X-Amz-Signature"]) return null;
  const fresh = new URLSearchParams(search);
  fresh.set("X-Amz-Signature", String(await presign(inside)));
  return { path: `${inside}?${fresh.toString().replaceAll("+", "%20")}`, headers };
}
