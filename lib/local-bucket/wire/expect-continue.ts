import type { IncomingMessage, Server, ServerResponse } from "node:http";

const waiting = new WeakSet<ServerResponse>();

/** Lets a client that asks before it sends its body (Expect: 100-continue) wait until somebody wants that body. */
export function holdContinue(server: Server): void {
  server.on("checkContinue", (http: IncomingMessage, response: ServerResponse) => {
    waiting.add(response);
    // After a refusal the body may come or not, so nobody could tell where the next request starts.
    response.setHeader("Connection", "close");
    server.emit("request", http, response);
  });
}

/** Asks for the body of a client that waits to be asked. */
export function sendContinue(response: ServerResponse): void {
  if (!waiting.delete(response)) return;
  response.removeHeader("Connection");
  response.writeContinue();
}
