import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Rewrite {
  head?(answer: IncomingMessage): void;
  body?(body: string): string;
}

/** What happens to one request: it is answered here, or passed to the store, whose answer may be rewritten. */
export type Conduct = (
  request: IncomingMessage,
  response: ServerResponse,
  pass: (rewrite?: Rewrite) => void,
) => void;

/** A server before a real store that answers as another store would. Signatures stay valid: the Host is passed on as it came. */
export async function startStoreDouble(
  storeUrl: string,
  conduct: Conduct,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(storeUrl);
  const server = createServer((request, response) =>
    conduct(request, response, ({ head, body } = {}) => {
      const { method, url, headers } = request;
      const passed = httpRequest({ host: hostname, port, method, path: url, headers }, async (answer) => {
        head?.(answer);
        if (body === undefined) {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
          return;
        }
        const { "content-length": _, ...others } = answer.headers;
        response.writeHead(answer.statusCode ?? 500, others).end(body(await text(answer)));
      });
      passed.once("error", () => response.destroy());
      request.pipe(passed);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As MinIO and Garage answer a copy of parts, and encrypting stores every copy: its ETag is another, and it tells no SHA-256. */
export const copiesHaveOtherEtags: Conduct = (request, _response, pass) => {
  if (request.headers["x-amz-copy-source"] === undefined) pass();
  else
    pass({
      body: (xml) =>
        xml
          .replace(/<ETag>.*<\/ETag>/, "<ETag>&quot;0123456789abcdef0123456789abcdef-1&quot;</ETag>")
          .replace(/<ChecksumSHA256>.*<\/ChecksumSHA256>/, ""),
    });
};

/** Refuses with S3's XML, once all of the request has come. Browsers may read it. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
): void {
  request.resume();
  request.once("end", () => {
    response.writeHead(status, { "content-type": "application/xml", "access-control-allow-origin": "*" });
    response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
  });
}
