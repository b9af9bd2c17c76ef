import { isLong } from "@/lib/images/variants";

/** What PhotoSwipe knows of a picture when it asks: its size, and the room that there is, in CSS pixels. */
interface Room {
  elementSize: { x: number; y: number } | null;
  panAreaSize: { x: number; y: number } | null;
}

/**
 * How large a picture is shown at first, in CSS pixels for each of its own: whole, but never larger than its pixels. A long one, of
 * which nothing could be read so, is as wide, or as high, as there is room.
 */
export function initialLevel({ elementSize, panAreaSize }: Room): number {
  if (elementSize === null || panAreaSize === null) return 1;
  const [across, down] = [panAreaSize.x / elementSize.x, panAreaSize.y / elementSize.y];
  const whole = Math.min(1, across, down);
  if (!isLong({ width: elementSize.x, height: elementSize.y })) return whole;
  return Math.min(1, elementSize.x > elementSize.y ? down : across);
}

/** What a double tap leads to: much larger, to the picture's own pixels if that is not too much at once. */
export function secondaryLevel(room: Room): number {
  const initial = initialLevel(room);
  return Math.max(2 * initial, Math.min(1, 3 * initial));
}

/** The original's pixels, and of what has few a bit more. */
export function maxLevel(room: Room): number {
  return initialLevel(room) === 1 ? 4 : Math.max(1, secondaryLevel(room));
}
