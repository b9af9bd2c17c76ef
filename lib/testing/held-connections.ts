import { createServer, type RequestListener, type Server } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";

/** A server on a free port, and raw connections to it. */
export interface RawServer {
  server: Server;
  port: number;
  /** Connects, and sends what is given. */
  hold(bytes: string | Buffer, localAddress?: string): Promise<Held>;
  stop(): Promise<void>;
}

export interface Held {
  socket: Socket;
  /** What has come back so far. */
  answer(): string;
  /** All that came back, once the connection has ended. */
  ended: Promise<string>;
}

export async function serveRaw(handle: RequestListener, prepare = (_: Server) => {}): Promise<RawServer> {
  // Node looks for heads that take too long every 30 seconds, unless told otherwise.
  const server = createServer({ connectionsCheckingInterval: 500 }, handle);
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sockets = new Set<Socket>();
  return {
    server,
    port,
    async hold(bytes, localAddress = "127.0.0.1") {
      const socket = net.connect({ port, host: "127.0.0.1", localAddress });
      sockets.add(socket);
      let answer = "";
      socket.on("data", (chunk) => {
        answer += String(chunk);
      });
      socket.on("error", () => undefined);
      const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(answer)));
      await new Promise<void>((resolve) => socket.once("connect", resolve));
      socket.write(bytes);
      return { socket, answer: () => answer, ended };
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
