import http from "node:http";
import type { AddressInfo } from "node:net";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { PailServer } from "./pail-server";

/** What a CDN does that may read a closed bucket: it signs, asks for the static location, and passes on what comes. */
export class StaticHost {
  url = "";
  readonly served: string[] = [];
  private pail: PailServer | undefined;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  /** Listens on a free port under a path, as a CDN may. */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/pail-assets`;
  }

  leadTo(pail: PailServer): void {
    this.pail = pail;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const name = /^\/pail-assets\/([^?]+)/.exec(request.url ?? "")?.[1];
    if (this.pail === undefined || name === undefined) {
      response.writeHead(404).end();
      return;
    }
    this.served.push(name);
    const { s3, name: Bucket } = await this.pail.bucket();
    const Key = `static/${decodeURIComponent(name)}`;
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }));
    const { origin } = request.headers;
    http.get(url, { headers: origin === undefined ? {} : { origin } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
  }
}
