import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { addressIn, networkOf } from "@/lib/accounts/address";

/** How many connections there are, and how long one may keep the server waiting. Times in milliseconds. */
export interface ConnectionLimits {
  /** Beyond it the sender with the most connections loses one that asks for nothing. */
  connections: number;
  /** How long the head of a request may take. */
  headMs: number;
  /** How long a body may pause, and how much of it must come in any paceMs. */
  senderPauseMs: number;
  paceBytes: number;
  paceMs: number;
  /** What may still come of a body once it was answered, how long, and of how many at once. */
  restBytes: number;
  restMs: number;
  restsAtOnce: number;
  /** How long the others get to read that answer. */
  partingMs: number;
  /** How long an answer may wait before a reader takes more of it. */
  readerPauseMs: number;
  /** How often the connections are looked at. */
  lookMs: number;
}

export const connectionLimits: ConnectionLimits = {
  connections: 512,
  headMs: 20_000,
  senderPauseMs: 30_000,
  paceBytes: 16 * 1024,
  paceMs: 60_000,
  restBytes: 1024 * 1024,
  restMs: 30_000,
  restsAtOnce: 8,
  partingMs: 2_000,
  readerPauseMs: 120_000,
  lookMs: 1_000,
};

interface Connection {
  readonly socket: Socket;
  readonly network: string;
  request?: IncomingMessage;
  response?: ServerResponse;
  /** Bytes that went either way, as of the last look, and for how many looks they have been the same. */
  moved: number;
  still: number;
  /** Since when, in looks and in bytes, the pace of a body is taken, or what comes after an answer. */
  since: { looks: number; received: number };
}

/** Sees to it that nobody holds a connection for nothing, nor so many that none is left for others. */
export function boundConnections(server: Server, limits = connectionLimits): void {
  const open = new Map<Socket, Connection>();
  const rests = new Set<Socket>();
  server.maxConnections = 2 * limits.connections;
  server.headersTimeout = limits.headMs;
  // A large picture over a slow line takes longer than any fixed time; it has to move.
  server.requestTimeout = 0;
  server.on("connection", (socket: Socket) => {
    const network = networkOf(addressIn(socket.remoteAddress ?? ""));
    const since = { looks: 0, received: 0 };
    open.set(socket, { socket, network, moved: 0, still: 0, since });
    socket.once("close", () => open.delete(socket));
    if (open.size > limits.connections) makeRoom([...open.values()]);
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(request.socket);
    if (connection === undefined) return;
    Object.assign(connection, { request, response, since: { looks: 0, received: request.socket.bytesRead } });
    // Before Node looks whether anybody reads it.
    response.prependOnceListener("finish", () => {
      if (!request.complete) takeRest(connection, request);
    });
  });
  /**
   * Whoever sends more than was wanted may not hear the answer before the end. Of a crowd that does, no more is read than what is on
   * its way already.
   */
  function takeRest({ socket, since }: Connection, request: IncomingMessage): void {
    since.looks = 0;
    const isCrowd = rests.size >= limits.restsAtOnce;
    const most = isCrowd ? limits.paceBytes : limits.restBytes;
    let received = Buffer.byteLength(request.read() ?? "");
    const count = (chunk: Buffer) => {
      received += chunk.length;
      if (received <= most) return;
      request.off("data", count).pause();
      part(socket);
    };
    request.on("data", count);
    request.resume();
    if (isCrowd) {
      setTimeout(() => request.complete || socket.destroy(), limits.partingMs).unref();
      return;
    }
    rests.add(socket);
    // Else, as fast as they send, all of a crowd would come in turn.
    socket.once("close", () => setTimeout(() => rests.delete(socket), limits.partingMs).unref());
    // What was short has kept nobody, and the connection goes on.
    request.once("end", () => received <= limits.paceBytes && rests.delete(socket));
  }
  /** Reads no more. At once it would be the end of the answer too, for a sender that has not read it yet. */
  function part(socket: Socket): void {
    socket.pause();
    setTimeout(() => socket.destroy(), limits.partingMs).unref();
  }
  const timer = setInterval(() => {
    for (const connection of open.values()) {
      if (!awaitsBody(connection)) rests.delete(connection.socket);
      look(connection, limits);
    }
  }, limits.lookMs);
  timer.unref();
  server.once("close", () => clearInterval(timer));
}

/**
 * Ends a connection of whoever has the most: one on which nothing is asked, or else one whose request has not come whole; that
 * which has been still for longest. The newcomer, which is the last, stays.
 */
function makeRoom(connections: Connection[]): void {
  const counts = new Map<string, number>();
  for (const { network } of connections) counts.set(network, (counts.get(network) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const candidates = connections
    .slice(0, -1)
    .filter(({ network, socket }) => counts.get(network) === most && !socket.destroyed)
    .filter((connection) => isIdle(connection) || awaitsBody(connection))
    .sort((one, other) => Number(isIdle(other)) - Number(isIdle(one)) || other.still - one.still);
  candidates[0]?.socket.destroy();
}

const isIdle = ({ response }: Connection): boolean => response === undefined || response.writableFinished;
const awaitsBody = ({ request }: Connection): boolean => request !== undefined && !request.complete;

function look(connection: Connection, limits: ConnectionLimits): void {
  const { socket, response, since } = connection;
  const moved = socket.bytesRead + socket.bytesWritten - socket.writableLength;
  connection.still = moved === connection.moved ? connection.still + 1 : 0;
  connection.moved = moved;
  const stillMs = connection.still * limits.lookMs;
  if (!awaitsBody(connection)) {
    since.looks = 0;
    // Between two requests Node itself ends it.
    if (socket.writableLength > 0 && stillMs >= limits.readerPauseMs) socket.destroy();
    return;
  }
  since.looks += 1;
  const elapsedMs = since.looks * limits.lookMs;
  const received = socket.bytesRead - since.received;
  if (response?.writableFinished) {
    if (elapsedMs >= limits.restMs) socket.destroy();
  } else if (stillMs >= limits.senderPauseMs) socket.destroy();
  else if (elapsedMs >= limits.paceMs) {
    if (received < limits.paceBytes) socket.destroy();
    since.looks = 0;
    since.received = socket.bytesRead;
  }
}
