import type { Socket } from "node:net";

/** What the log says about a request. Paths are given decoded, query strings never. */
export interface RequestRecord {
  level: "info" | "error";
  requestId: string;
  method: string;
  /** In S3's words, where it has one for the request. */
  operation: string | undefined;
  bucket: string | undefined;
  key: string | undefined;
  status: number;
  code: string | undefined;
  /** What went wrong inside; never sent. */
  error: string | undefined;
  bytesIn: number;
  bytesOut: number;
  ms: number;
  remoteAddress: string | undefined;
  userAgent: string | undefined;
}

interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

const counted = new WeakMap<Socket, Traffic>();

/** What went over a connection since its last request was recorded, heads included. */
export function takeTraffic(socket: Socket): Traffic {
  const total = { bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten };
  const before = counted.get(socket) ?? { bytesIn: 0, bytesOut: 0 };
  counted.set(socket, total);
  return { bytesIn: total.bytesIn - before.bytesIn, bytesOut: total.bytesOut - before.bytesOut };
}
