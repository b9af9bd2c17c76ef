import { expiryOf } from "@/lib/storage/contract";
import { maxImagesPerUrlCall, type Original, type Originals, type PictureSize } from "../contract";
import type { Gate } from "./gate";

/** What is so near its end is asked for anew. */
const nearMs = 60_000;

/** What is known of pictures that are to be fetched, asked for just before it is needed: a download may take hours. */
export class OriginalList {
  private asked = 0;
  private known: (Original | PictureSize)[] = [];
  private viewerId: string | null = null;

  constructor(
    private readonly pictures: PictureSize[],
    private readonly gate: Gate,
  ) {}

  /** The next picture; null of one that is not there any more, undefined at the end. */
  async next(): Promise<Original | null | undefined> {
    if (this.known.length === 0) {
      const part = this.pictures.slice(this.asked, this.asked + maxImagesPerUrlCall);
      if (part.length === 0) return undefined;
      const found = new Map((await this.ask(part.map(({ id }) => id))).map((one) => [one.id, one]));
      this.asked += part.length;
      this.known = part.map((picture) => found.get(picture.id) ?? picture);
    }
    const next = this.known.shift();
    return next !== undefined && "downloadUrl" in next ? next : null;
  }

  /** null where the picture is not there any more. @param anew whether the one that is known was refused */
  async urlOf(original: Original, anew: boolean): Promise<string | null> {
    const soonMs = Date.now() + nearMs;
    if (!anew && (expiryOf(original.downloadUrl) ?? soonMs) >= soonMs) return original.downloadUrl;
    const [fresh] = await this.ask([original.id]);
    if (fresh === undefined) return null;
    original.downloadUrl = fresh.downloadUrl;
    return fresh.downloadUrl;
  }

  /** Of those that are there. Waits at the gate for the connection, the server, and whoever has to sign in. */
  private async ask(ids: string[]): Promise<Original[]> {
    for (;;) {
      await this.gate.pass();
      const answer = await askOnce(ids, this.gate.signal);
      if (typeof answer === "string") {
        await this.gate.untilNextTry(answer);
        continue;
      }
      this.viewerId ??= answer.viewerId;
      if (answer.viewerId !== this.viewerId) {
        await this.gate.untilNextTry("other_viewer");
        continue;
      }
      this.gate.arrived();
      return answer.originals;
    }
  }
}

type Obstacle = "connection" | "busy" | "signed_out";

async function askOnce(ids: string[], signal: AbortSignal): Promise<Originals | Obstacle> {
  try {
    const answer = await fetch("/images/originals", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(ids),
      signal,
    });
    if (answer.ok) return await answer.json();
    if (answer.status === 401) return "signed_out";
    if (answer.status === 429 || answer.status >= 500) return "busy";
    throw new Error(`originals are not to be had: ${answer.status}`);
  } catch (error) {
    signal.throwIfAborted();
    // A proxy may answer a page of its own, which is no JSON.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)
      return "connection";
    throw error;
  }
}
