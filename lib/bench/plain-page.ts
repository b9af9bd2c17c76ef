import type { Browser, CDPSession } from "@playwright/test";
import { uplinkOf } from "./chromium";

interface Answer {
  id: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/**
 * A page as people have it. Of one of its own, Playwright follows the network: what each request sent is kept in the page's
 * process, which costs memory and time that are none of the page's.
 */
export class PlainPage {
  private sent = 0;
  private readonly asking = new Map<number, (answer: Answer) => void>();

  private constructor(
    private readonly session: CDPSession,
    private readonly targetId: string,
    private readonly sessionId: string,
    private readonly browserContextId: string,
  ) {
    session.on("Target.receivedMessageFromTarget", ({ sessionId: from, message }) => {
      if (from !== sessionId) return;
      const answer = JSON.parse(message) as Answer;
      this.asking.get(answer.id)?.(answer);
      this.asking.delete(answer.id);
    });
  }

  /** Shares nothing with other pages but the cookie, which is for the origin of the URL. */
  static async open(browser: Browser, url: string, cookie?: { name: string; value: string }) {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send("Target.createBrowserContext");
    if (cookie !== undefined)
      await session.send("Storage.setCookies", { browserContextId, cookies: [{ ...cookie, url }] });
    const { targetId } = await session.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await session.send("Target.attachToTarget", { targetId });
    const page = new PlainPage(session, targetId, sessionId, browserContextId);
    await page.send("Page.navigate", { url });
    await page.evaluate(`new Promise((loaded) =>
      document.readyState === "complete" ? loaded() : addEventListener("load", () => loaded()))`);
    return page;
  }

  /** The value of an expression, awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.send("Runtime.evaluate", {
      ...{ expression, awaitPromise: true, returnByValue: true },
    })) as { result: { value: T }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? "it threw");
    return result.value;
  }

  async setInputFiles(selector: string, files: string[]): Promise<void> {
    const expression = `document.querySelector(${JSON.stringify(selector)})`;
    const { result } = (await this.send("Runtime.evaluate", { expression })) as {
      result: { objectId: string };
    };
    await this.send("DOM.setFileInputFiles", { objectId: result.objectId, files });
  }

  /** From then on its network is followed after all: there is no throttle without. */
  async narrow(uploadBytesPerSecond: number): Promise<void> {
    await this.send("Network.enable", {});
    await this.send("Network.emulateNetworkConditions", uplinkOf(uploadBytesPerSecond));
  }

  /** What it downloads comes to lie there. */
  async downloadInto(folder: string): Promise<void> {
    const { browserContextId } = this;
    await this.session.send("Browser.setDownloadBehavior", {
      ...{ behavior: "allow", browserContextId, downloadPath: folder },
    });
  }

  async close(): Promise<void> {
    await this.session.send("Target.closeTarget", { targetId: this.targetId });
    await this.session.detach();
  }

  private async send(method: string, params: unknown): Promise<Record<string, unknown>> {
    this.sent += 1;
    const id = this.sent;
    const answered = new Promise<Answer>((resolve) => this.asking.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.session.send("Target.sendMessageToTarget", { sessionId: this.sessionId, message });
    const { result, error } = await answered;
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }
}
