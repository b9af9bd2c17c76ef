import type { GalleryImage } from "@/lib/images/contract";
import { Frame } from "./frame";
import { thumbSrcOf } from "./tile-of";

/** So many pictures keep what they have loaded: more than PhotoSwipe keeps slides of. */
const maxFrames = 8;

/** The frames of the pictures that were looked at last, by their ids. */
export class Frames {
  private readonly frames = new Map<string, Frame>();

  /** @param onStatus for whenever a picture has come, or has failed */
  constructor(private readonly onStatus: () => void) {}

  find(id: string | null): Frame | null {
    return (id === null ? null : this.frames.get(id)) ?? null;
  }

  of(image: GalleryImage): Frame {
    const src = thumbSrcOf(image);
    const frame = this.find(image.id) ?? new Frame(image, src, this.onStatus);
    // The last of all, as those that nobody has looked at for the longest time go first.
    this.frames.delete(image.id);
    this.frames.set(image.id, frame);
    for (const [id, old] of this.frames) {
      if (this.frames.size <= maxFrames) break;
      if (old.element.isConnected) continue;
      old.destroy();
      this.frames.delete(id);
    }
    return frame;
  }

  destroy(): void {
    for (const frame of this.frames.values()) frame.destroy();
  }
}
