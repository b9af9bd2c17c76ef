import net, { type AddressInfo, type Socket } from "node:net";

/** A wire to a server on this machine: counts what goes over it, and can be cut, hold back or get stuck. */
export class Wire {
  /** bytes from the browser */
  receivedBytes = 0;
  /** bytes to the browser */
  sentBytes = 0;
  private target = 0;
  private isCut = false;
  private isStuck = false;
  private isHeld = false;
  private cutAfterBytes = Number.POSITIVE_INFINITY;
  private holdAfterBytes = Number.POSITIVE_INFINITY;
  private cutAfterSentBytes = Number.POSITIVE_INFINITY;
  private readonly sockets = new Set<Socket>();
  /** by the browser's socket, the server's */
  private readonly pairs = new Map<Socket, Socket>();
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

  /** The same, when so many further bytes have gone to the browser. */
  cutAnswers(afterBytes: number): void {
    this.cutAfterSentBytes = this.sentBytes + afterBytes;
  }

  /** Keeps back what the browser sends until it is mended, at once or when so many further bytes have come; answers still pass. */
  hold(afterBytes = 0): void {
    this.holdAfterBytes = this.receivedBytes + afterBytes;
    if (afterBytes === 0) this.holdBack();
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
    this.cutAfterSentBytes = Number.POSITIVE_INFINITY;
    this.holdAfterBytes = Number.POSITIVE_INFINITY;
    if (!this.isHeld) return;
    this.isHeld = false;
    for (const [browser, server] of this.pairs) browser.pipe(server);
  }

  get broken(): boolean {
    return this.isCut;
  }

  /** Whether so much has come that it holds the rest. */
  get holding(): boolean {
    return this.isHeld;
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

  private holdBack(): void {
    this.isHeld = true;
    for (const [browser, server] of this.pairs) browser.unpipe(server).pause();
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
    this.pairs.set(browser, server);
    // An end on one side is an end on the other; the errors say nothing more.
    browser.on("error", () => server.destroy());
    server.on("error", () => browser.destroy());
    for (const socket of [browser, server]) socket.on("close", () => this.pairs.delete(browser));
    // A listener would start it.
    if (this.isHeld) browser.pause();
    else browser.pipe(server);
    browser.on("data", (chunk) => {
      this.receivedBytes += chunk.length;
      if (this.receivedBytes >= this.cutAfterBytes) this.drop();
      if (this.receivedBytes >= this.holdAfterBytes) this.holdBack();
    });
    server.on("data", (chunk) => {
      this.sentBytes += chunk.length;
      if (this.sentBytes >= this.cutAfterSentBytes) this.drop();
    });
    server.pipe(browser);
  }
}
