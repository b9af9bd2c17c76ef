import type { GalleryImage } from "@/lib/images/contract";
import { FetchQueue } from "./fetch-queue";
import type { ChunkPlace, Geometry } from "./geometry";
import { type Chunk, isWhole, type Pictures, type Section } from "./pictures";
import type { Source } from "./source";

/** So many chunks of pictures are kept; of more, those furthest away are forgotten. */
const maxChunksKept = 40;
/** So far above and below the window pictures are fetched, in windows. */
const [above, below] = [1.5, 1.5];

export interface Arrival {
  section: Section;
  chunk: Chunk;
  images: GalleryImage[];
  /** of the section, as the server has it now */
  count: number;
}

interface Events {
  onArrival(arrival: Arrival): void;
  onFailing(isFailing: boolean): void;
}

interface Seen {
  seen: number;
  height: number;
}

/** Fetches the pictures that are near the window, and forgets those that are far away. */
export class Nearby {
  private readonly queue: FetchQueue<{ section: Section; chunk: Chunk }>;
  /** What somebody waits for. */
  private readonly loads = new Map<Chunk, Promise<void>>();

  /** @param source null where all pictures are here */
  constructor(
    private readonly source: Source | null,
    private readonly events: Events,
  ) {
    this.queue = new FetchQueue(
      ({ section, chunk }, signal) => this.fetch(section, chunk, signal),
      events.onFailing,
    );
  }

  /** @param delayMs how long it waits for others to be wanted instead */
  fetchNear(geometry: Geometry, { seen, height }: Seen, delayMs: number): void {
    if (this.source === null) return;
    const [from, to] = [seen - above * height, seen + (1 + below) * height];
    const wanted = geometry.boxesBetween(from, to).flatMap((box) =>
      geometry
        .chunksBetween(box, from, to)
        .filter(({ chunk, top }) => {
          if (isWhole(chunk) || this.loads.has(chunk)) return false;
          return chunk.isStale || top + geometry.hereOf(box.section, chunk) < to;
        })
        .map(({ chunk, top, height: high }) => {
          const away = Math.max(0, top - (seen + height), seen - (top + high));
          return { what: { section: box.section, chunk }, key: chunk, away };
        }),
    );
    this.queue.want(
      wanted.sort((a, b) => a.away - b.away),
      delayMs,
    );
  }

  /** One that somebody waits for, wherever it is. */
  load(section: Section, chunk: Chunk): Promise<void> {
    const loading =
      this.loads.get(chunk) ?? this.fetch(section, chunk).finally(() => this.loads.delete(chunk));
    this.loads.set(chunk, loading);
    return loading;
  }

  /** @param kept stays, wherever it is */
  forgetFar(pictures: Pictures, geometry: Geometry, { seen }: Seen, kept: Chunk | null): void {
    const sections = new Set(pictures.sections.filter(({ chunks }) => chunks.some(({ images }) => images)));
    const here: ChunkPlace[] = geometry.boxes
      .filter(({ section }) => sections.has(section))
      .flatMap((box) => geometry.chunksBetween(box, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY))
      .filter(({ chunk }) => chunk.images !== null);
    if (here.length <= maxChunksKept) return;
    const away = ({ top, height }: ChunkPlace) => Math.max(top - seen, seen - top - height);
    const furthest = here.filter(({ chunk }) => chunk !== kept).sort((a, b) => away(b) - away(a));
    pictures.forget(furthest.slice(0, here.length - maxChunksKept).map(({ chunk }) => chunk));
  }

  /** What has failed is fetched now. */
  retry(): void {
    this.queue.retry();
  }

  stop(): void {
    this.queue.stop();
  }

  private async fetch(section: Section, chunk: Chunk, signal?: AbortSignal): Promise<void> {
    if (this.source === null) return;
    const part = await this.source.part(section.key, chunk.first - section.first, chunk.size, signal);
    this.events.onArrival({ section, chunk, ...part });
  }
}
