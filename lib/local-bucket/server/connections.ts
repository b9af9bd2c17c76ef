import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { S3Error } from "../wire/s3-error";
import type { Exchange } from "./http-exchange";
import { type Limits, requestTimeout } from "./limits";

interface Connection {
  readonly socket: Socket;
  /** What it was asked and has not answered to the end. The first is at work, the others wait for it. */
  readonly exchanges: Exchange[];
  /** The request whose body comes now, or came last. */
  http?: IncomingMessage;
  /** Bytes that went either way, as of the last look. */
  moved: number;
  /** For how many looks they have been the same while something was owed. */
  still: number;
  /** Since when, in looks and in bytes, the pace of a body is taken. */
  pace: { looks: number; from: number };
}

/** Requests that a client may send ahead on one connection. */
const maxAhead = 16;

/** The connections of a server: how many there are, and that nobody holds one for nothing. */
export class Connections {
  readonly #server: Server;
  readonly #limits: Limits;
  readonly #open = new Map<Socket, Connection>();
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #closing = false;

  constructor(server: Server, limits: Limits) {
    this.#server = server;
    this.#limits = limits;
    server.maxConnections = 2 * limits.connections;
    server.keepAliveTimeout = limits.keepAliveMs;
    server.on("connection", (socket: Socket) => this.#add(socket));
    this.#timer = setInterval(() => this.#lookAtAll(), limits.lookMs);
  }

  /**
   * Has a request answered. What `answer` is given is to be awaited before anything is done: it resolves when the requests
   * before it on the same connection are over, and rejects when there is no room.
   */
  take(http: IncomingMessage, answer: (admit: () => Promise<void>) => Exchange): void {
    const connection = this.#open.get(http.socket) ?? this.#add(http.socket);
    const refusal = this.#refusal(connection);
    const previous = connection.exchanges.at(-1)?.over;
    const exchange = answer(async () => {
      if (refusal) throw refusal;
      await previous;
    });
    if (refusal) exchange.response.setHeader("Connection", "close");
    connection.exchanges.push(exchange);
    connection.http = http;
    const over = exchange.over.then(() => {
      connection.exchanges.splice(connection.exchanges.indexOf(exchange), 1);
      this.#running.delete(over);
      if (this.#closing && connection.exchanges.length === 0) connection.socket.destroySoon();
    });
    this.#running.add(over);
  }

  /** What is being answered on a connection. */
  current(socket: Socket): Exchange | undefined {
    return this.#open.get(socket)?.exchanges[0];
  }

  /** Takes no more requests, and lets those at work finish for a while. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve, reject) => {
      this.#server.close((error) => (error ? reject(error) : resolve()));
    });
    for (const { socket, exchanges } of this.#open.values()) {
      if (exchanges.length === 0) socket.destroy();
    }
    const cut = setTimeout(() => this.#server.closeAllConnections(), this.#limits.closeMs);
    await closed;
    clearTimeout(cut);
    clearInterval(this.#timer);
    // What was cut off still tidies up.
    await Promise.race([Promise.all(this.#running), sleep(this.#limits.closeMs)]);
  }

  #add(socket: Socket): Connection {
    const connection: Connection = {
      socket,
      exchanges: [],
      moved: 0,
      still: 0,
      pace: { looks: 0, from: 0 },
    };
    this.#open.set(socket, connection);
    socket.once("close", () => {
      this.#open.delete(socket);
      for (const exchange of connection.exchanges) exchange.abandon();
    });
    if (this.#isFull()) this.#makeRoom(connection);
    return connection;
  }

  #isFull(): boolean {
    return this.#open.size > this.#limits.connections;
  }

  #refusal({ exchanges, socket }: Connection): S3Error | undefined {
    if (this.#closing) return new S3Error("ServiceUnavailable", "The server is about to stop.");
    if (exchanges.length > maxAhead) return slowDown("requests ahead on this connection");
    return this.#isFull() && this.#isNewcomer(socket) ? slowDown("connections") : undefined;
  }

  /** Whether a connection is one of those beyond the limit, which are the last that came. */
  #isNewcomer(socket: Socket): boolean {
    return [...this.#open.keys()].indexOf(socket) >= this.#limits.connections;
  }

  /**
   * Ends connections that are idle, and those whose client keeps the server waiting. Node's own closeIdleConnections takes
   * those that have not asked yet for idle since Node 26, and so the one that there is to be room for. Where that makes no room,
   * whoever has the most connections that have not asked yet loses the one that has been still for longest.
   */
  #makeRoom(newcomer: Connection): void {
    const { pauseWhenFullMs, lookMs } = this.#limits;
    for (const connection of this.#open.values()) {
      const { socket, exchanges, http, still } = connection;
      if (exchanges.length === 0 && http !== undefined) socket.destroy();
      else if (still * lookMs >= pauseWhenFullMs) end(connection);
    }
    const halfOpen = [...this.#open.values()].filter(
      (connection) =>
        connection !== newcomer && connection.http === undefined && !connection.socket.destroyed,
    );
    const left = [...this.#open.keys()].filter((socket) => !socket.destroyed).length;
    if (left > this.#limits.connections) stillest(ofMost(halfOpen))?.socket.destroy();
  }

  #lookAtAll(): void {
    for (const connection of this.#open.values()) this.#look(connection);
  }

  /**
   * Ends a connection whose client has kept the server waiting for too long. Looks are counted, not time: when the
   * process itself stood still, nobody is blamed for it.
   */
  #look(connection: Connection): void {
    const { socket, exchanges, http, pace } = connection;
    const moved = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    const awaitsBody = http !== undefined && !http.complete && http.readableLength === 0;
    const awaitsReader = socket.writableLength > 0;
    const atWork = exchanges.length > 0 && !awaitsBody && !awaitsReader;
    connection.still = moved === connection.moved && !atWork ? connection.still + 1 : 0;
    connection.moved = moved;
    pace.looks = awaitsBody ? pace.looks + 1 : 0;
    if (pace.looks <= 1) pace.from = moved;

    const { senderPauseMs, readerPauseMs, paceMs, paceBytes, lookMs } = this.#limits;
    const pausedMs = connection.still * lookMs;
    if (awaitsBody && pausedMs >= senderPauseMs) end(connection);
    else if (awaitsReader && pausedMs >= readerPauseMs) end(connection);
    else if (pace.looks * lookMs > paceMs) {
      if (moved - pace.from < paceBytes) end(connection);
      pace.looks = 0;
    }
  }
}

/** The connections of the client that has the most of these. */
function ofMost(connections: readonly Connection[]): Connection[] {
  const byClient = new Map<string, Connection[]>();
  for (const connection of connections) {
    const client = clientOf(connection.socket);
    const others = byClient.get(client);
    if (others) others.push(connection);
    else byClient.set(client, [connection]);
  }
  return [...byClient.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
}

/** Of IPv6 the /64, as whoever has one has all of its addresses. */
function clientOf({ remoteAddress = "" }: Socket): string {
  if (!remoteAddress.includes(":") || remoteAddress.includes(".")) return remoteAddress;
  const [head = "", tail = ""] = remoteAddress.split("::");
  const [first, last] = [head, tail].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array<string>(Math.max(0, 8 - (first?.length ?? 0) - (last?.length ?? 0))).fill("0");
  return [...(first ?? []), ...zeros, ...(last ?? [])].slice(0, 4).join(":");
}

/** The first of those that have been so for longest. */
function stillest(connections: readonly Connection[]): Connection | undefined {
  return connections.reduce<Connection | undefined>(
    (one, other) => (one === undefined || other.still > one.still ? other : one),
    undefined,
  );
}

/** With an answer where one is still possible. */
function end({ socket, exchanges: [exchange] }: Connection): void {
  if (exchange) exchange.cutOff(requestTimeout());
  else socket.destroy();
}

function slowDown(what: string): S3Error {
  return new S3Error("SlowDown", `Please reduce your request rate: there are too many ${what}.`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
