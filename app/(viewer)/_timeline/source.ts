import type { PictureSize, TimelineOrder, TimelinePart, TimelineSection } from "@/lib/images/contract";

/** So many sizes the server gives at a time. */
const maxSizesPerCall = 10_000;

/** Where a timeline's pictures come from. Its methods throw where there is no answer. */
export class Source {
  /** @param address of the pictures; it may have parameters of its own */
  constructor(
    private readonly address: string,
    private readonly order: TimelineOrder,
  ) {}

  async sections(): Promise<TimelineSection[]> {
    return (await this.ask<{ sections: TimelineSection[] }>("/sections", {})).sections;
  }

  part(section: string, offset: number, limit: number, signal?: AbortSignal): Promise<TimelinePart> {
    return this.ask<TimelinePart>("", { section, offset, limit }, signal);
  }

  /** Both indexes included. */
  async sizes(from: number, to: number): Promise<PictureSize[]> {
    const found: PictureSize[] = [];
    for (let next = from; next <= to; next += maxSizesPerCall)
      found.push(
        ...(await this.ask<PictureSize[]>("/ids", {
          from: next,
          to: Math.min(to, next + maxSizesPerCall - 1),
        })),
      );
    return found;
  }

  private async ask<T>(
    below: string,
    parameters: Record<string, string | number>,
    signal?: AbortSignal,
  ): Promise<T> {
    const url = new URL(this.address, window.location.origin);
    url.pathname += below;
    url.searchParams.set("order", this.order);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    const response = await fetch(url, { headers: { accept: "application/json" }, signal: signal ?? null });
    if (response.status === 401) window.location.assign("/sign-in");
    if (!response.ok) throw new Error(`the timeline answered ${response.status}`);
    return response.json();
  }
}
