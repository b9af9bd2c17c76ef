import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

import { HranaStream, pipelineShape } from "./hrana";

/** How it behaves; may be changed at any time. */
export interface Conduct {
  /** how long each round trip takes beside the work, in milliseconds */
  delayMs: number;
  /** takes requests and never answers */
  hangs: boolean;
  /** the only token that it takes; null: it asks for none */
  token: string | null;
  /** with which it answers everything; null: as it should */
  status: number | null;
}

export interface LibsqlDouble {
  /** for DATABASE_URL */
  url: string;
  conduct: Conduct;
  /** The statements of each round trip since `forget`, the trips in their order. */
  trips: string[][];
  forget(): void;
  close(): Promise<void>;
}

interface Options extends Partial<Conduct> {
  /** of the database; one of its own, which goes with the double, where there is none */
  file?: string;
  port?: number;
}

/**
 * A libSQL server over HTTP that counts its round trips. Anyone may read and change its conduct at /-/conduct, and read or (DELETE)
 * forget what was counted at /-/trips, so that it serves several processes.
 */
export async function startLibsqlDouble({ file, port = 0, ...given }: Options = {}): Promise<LibsqlDouble> {
  const folder = file === undefined ? mkdtempSync(path.join(os.tmpdir(), "pail-libsql-")) : null;
  const place = file ?? path.join(folder ?? "", "libsql.sqlite");
  const conduct: Conduct = { delayMs: 0, hangs: false, token: null, status: null, ...given };
  const trips: string[][] = [];
  /** Those of clients that have more to ask. */
  const streams = new Map<string, HranaStream>();
  const idle: HranaStream[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, plain);
      response.end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method, url = "", headers } = request;
    if (url === "/-/conduct") {
      if (method === "POST") Object.assign(conduct, JSON.parse(body));
      return sayJson(response, conduct);
    }
    if (url === "/-/trips") {
      if (method === "DELETE") trips.length = 0;
      return sayJson(response, trips);
    }
    if (conduct.hangs) return;
    if (conduct.status !== null) return sayPlain(response, conduct.status, "not now");
    if (conduct.token !== null && headers.authorization !== `Bearer ${conduct.token}`)
      return sayPlain(response, 401, "Unauthorized: `The JWT signature is invalid`");
    if (method === "GET" && /^\/(v[23]|health)$/.test(url)) return sayPlain(response, 200, "");
    if (method !== "POST" || !/^\/v[23]\/pipeline$/.test(url)) return sayPlain(response, 404, "not found");
    await delay(conduct.delayMs);
    sayJson(response, runPipeline(body));
  }

  function runPipeline(body: string): object {
    const { baton, requests } = pipelineShape.parse(JSON.parse(body));
    const trip: string[] = [];
    trips.push(trip);
    const stream = (baton && streams.get(baton)) || idle.pop() || newStream();
    if (baton) streams.delete(baton);
    current = trip;
    const results = requests.map((asked) => stream.answer(asked));
    if (stream.isClosed) {
      stream.reopen();
      idle.push(stream);
      return { baton: null, base_url: null, results };
    }
    const next = randomUUID();
    streams.set(next, stream);
    return { baton: next, base_url: null, results };
  }
  // Statements run at once, so those of one trip follow each other.
  let current: string[] = [];
  const newStream = () => new HranaStream(place, (sql) => current.push(sql));

  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    conduct,
    trips,
    forget: () => {
      trips.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const stream of [...streams.values(), ...idle]) stream.disconnect();
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const plain = { "content-type": "text/plain" };

const sayPlain = (response: ServerResponse, status: number, sentence: string): void => {
  response.writeHead(status, plain).end(sentence);
};

const sayJson = (response: ServerResponse, data: object): void => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(data));
};
