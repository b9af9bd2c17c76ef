import fs from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import mime from "mime";
import type { Certificate } from "@/lib/testing/self-signed";
import type { BuildOutput, BuiltFunction } from "./build-output";
import { Routing } from "./routing";
import { type Answer, type Call, RunningFunction } from "./running-function";

/** Of bodies, as Vercel has it: more is a 413 of its own. */
const maxBodyBytes = 4.5 * 1024 * 1024;

interface Options {
  /** empty; everybody may enter it */
  folder: string;
  /** what the project's settings say */
  env: Record<string, string>;
  certificate: Certificate;
  port?: number;
}

/**
 * A build's output as Vercel runs it: each function in a process of its own, with its own files alone, none of which it may change, as
 * a user who owns nothing; the proxy and static files before them, over https.
 */
export class Deployment {
  readonly functions = new Map<BuiltFunction, RunningFunction>();
  port = 0;
  readonly #routing: Routing;
  readonly #options: Options;
  readonly #server;

  private constructor(output: BuildOutput, options: Options) {
    this.#options = options;
    this.#routing = new Routing(output);
    this.#server = createServer(options.certificate, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    });
  }

  static async start(output: BuildOutput, options: Options): Promise<Deployment> {
    const deployment = new Deployment(output, options);
    prepareFunctions(options.folder);
    await new Promise<void>((resolve) => deployment.#server.listen(options.port ?? 0, "127.0.0.1", resolve));
    deployment.port = (deployment.#server.address() as AddressInfo).port;
    return deployment;
  }

  /** What the functions wrote to their logs. */
  get log(): string {
    return [...this.functions.values()].map(({ log }) => log).join("");
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all([...this.functions.values()].map((running) => running.stop()));
  }

  /** As a request finds it: there already, or begun for it. */
  async running(built: BuiltFunction): Promise<RunningFunction> {
    const { folder, env } = this.#options;
    const found = this.functions.get(built);
    if (found !== undefined) return found;
    const running = new RunningFunction(built, folder, { ...env, ...built.environment });
    this.functions.set(built, running);
    return running;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (body.length > maxBodyBytes) {
      response
        .writeHead(413, { "x-vercel-error": "FUNCTION_PAYLOAD_TOO_LARGE" })
        .end("Request Entity Too Large\n");
      return;
    }
    const { method = "GET", url = "/" } = request;
    const { host = "", ...others } = request.headers;
    let headers: IncomingHttpHeaders = {
      ...others,
      host,
      "x-forwarded-for": request.socket.remoteAddress ?? "",
      "x-real-ip": request.socket.remoteAddress ?? "",
      "x-forwarded-host": host,
      "x-forwarded-proto": "https",
    };
    const added: Record<string, string | string[]> = {};
    const proxy = this.#routing.proxyFor({ url, headers });
    if (proxy !== null) {
      const answer = await this.#invoke(proxy, { method, url, headers, body });
      if (answer.headers["x-middleware-next"] !== "1") return reply(response, answer);
      headers = overridden(headers, answer.headers);
      for (const [name, value] of Object.entries(answer.headers))
        if (
          !/^x-middleware-|^(connection|date|transfer-encoding|keep-alive|content-length)$/.test(name) &&
          value !== undefined
        )
          added[name] = value;
    }
    const target = this.#routing.targetOf({ url, headers });
    const given = { ...target.headers, ...added };
    if (target.kind === "status") return reply(response, { status: target.status, headers: given, body: "" });
    if (target.kind === "static") {
      const type = target.contentType ?? mime.getType(target.file) ?? "application/octet-stream";
      return reply(response, {
        status: target.status,
        headers: { "content-type": type, ...given },
        body: fs.readFileSync(target.file),
      });
    }
    const { pathname } = new URL(url, "http://localhost");
    const asked = `${pathname}${target.query === "" ? "" : `?${target.query}`}`;
    const matched = { ...headers, "x-matched-path": target.path };
    const answer = await this.#invoke(target.built, { method, url: asked, headers: matched, body });
    return reply(response, {
      ...answer,
      status: target.status ?? answer.status,
      headers: { ...given, ...answer.headers },
    });
  }

  async #invoke(built: BuiltFunction, call: Call): Promise<Answer> {
    return (await this.running(built)).call(call);
  }
}

/** Copies what functions are run by, as the user who runs them may not read the project. */
export function prepareFunctions(folder: string): void {
  const program = "function-server.mjs";
  fs.copyFileSync(fileURLToPath(new URL(program, import.meta.url)), path.join(folder, program));
  fs.copyFileSync(process.execPath, path.join(folder, "node"));
}

/** The proxy says which headers the function is to see, and each of them. */
function overridden(headers: IncomingHttpHeaders, said: Answer["headers"]): IncomingHttpHeaders {
  const names = said["x-middleware-override-headers"];
  if (names === undefined) return headers;
  return Object.fromEntries(
    String(names)
      .split(",")
      .map((name) => [name, said[`x-middleware-request-${name}`]]),
  );
}

/** What belongs to one connection, or is counted anew. */
const ofConnection = ["connection", "keep-alive", "transfer-encoding", "content-length"];

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  const given = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !ofConnection.includes(name),
  );
  response.writeHead(status, Object.fromEntries(given) as Record<string, string | string[]>).end(body);
}
