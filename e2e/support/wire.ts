import net, { type AddressInfo, type Socket } from "node:net";

/** A wire to a server on this machine: counts what goes over it, and can be cut or get stuck. */
export class Wire {
  /** bytes from the browser */
  receivedBytes = 0;
  /** bytes to the browser */
  sentBytes = 0;
  private target = 0;
  private isCut = false;
  private isStuck = false;
  private cutAfterBytes = Number.POSITIVE_INFINITY;
  private readonly sockets = new Set<Socket>();
  private readonly server = net.createServer((socket) => this.connect(socket));

  /** Listens on a free port; returns it. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  leadTo(port: number): void {
    this.target = port;
  }

  /** Drops every connection and refuses new ones, at once or when so many further bytes have come from the browser. */
  cut(afterBytes = 0): void {
    this.cutAfterBytes = this.receivedBytes + afterBytes;
    if (afterBytes === 0) this.drop();
  }

  /** Nothing passes any more, and nobody is told. The connections there are stay so, even when it is mended. */
  stick(): void {
    this.isStuck = true;
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  mend(): void {
    this.isCut = false;
    this.isStuck = false;
    this.cutAfterBytes = Number.POSITIVE_INFINITY;
  }

  get broken(): boolean {
    return this.isCut;
  }

  reset(): void {
    this.receivedBytes = 0;
    this.sentBytes = 0;
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private drop(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
  }

  private connect(browser: Socket): void {
    if (this.isCut) {
      browser.resetAndDestroy();
      return;
    }
    this.keep(browser);
    if (this.isStuck) {
      browser.pause();
      return;
    }
    const server = net.connect(this.target, "127.0.0.1");
    this.keep(server);
    // An end on one side is an end on the other; the errors say nothing more.
    browser.on("error", () => server.destroy());
    server.on("error", () => browser.destroy());
    browser.on("data", (chunk) => {
      this.receivedBytes += chunk.length;
      if (this.receivedBytes >= this.cutAfterBytes) this.drop();
    });
    server.on("data", (chunk) => {
      this.sentBytes += chunk.length;
    });
    browser.pipe(server);
    server.pipe(browser);
  }
}
