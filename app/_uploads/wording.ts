import type { QueueSnapshot } from "@/lib/uploads/client/queue/queue-store";
import type { UploadItem } from "@/lib/uploads/client/queue/upload-item";
import { pictures } from "../_ui/pictures";

/** What the tray says first. */
export function headlineOf({ items, totals, isPaused }: QueueSnapshot): string {
  const { files, done, duplicates, failed, active } = totals;
  // Short: three buttons stand beside it, on a phone too.
  if (active > 0) return isPaused ? `Paused, ${done} of ${files}` : `${done} of ${pictures(files)}`;
  const parts = [
    [failed, "not added"],
    [done - duplicates, "added"],
    [duplicates, "already here"],
    [items.filter(({ state }) => state.status === "interrupted").length, "not finished"],
  ] as const;
  const said = parts.filter(([count]) => count > 0);
  return said.map(([count, what], index) => `${index === 0 ? pictures(count) : count} ${what}`).join(", ");
}

/** What the pictures need that an earlier page left. */
export const interruptedSentence = (count: number): string =>
  `${count === 1 ? "A picture was" : `${count} pictures were`} on the way when Pail was closed.`;

export const otherPictures = ([first = "", ...more]: string[]): string =>
  more.length === 0
    ? `“${first}” is none of them. Nothing was added.`
    : `“${first}” and ${more.length} more are none of them. Nothing of these was added.`;

/** Asks about one folder, or about several. */
export const albumOffer = ([first = "", ...more]: string[]): string =>
  more.length === 0 ? `Keep “${first}” as an album?` : `Keep “${first}” and ${more.length} more as albums?`;

export const albumsMade = ([first = "", ...more]: string[]): string =>
  more.length === 0
    ? `The pictures go into the album “${first}”.`
    : `The pictures go into ${more.length + 1} albums.`;

/** How much, what went wrong, how fast, how long. */
export function paceOf({ totals, isPaused }: QueueSnapshot): string {
  const { sentBytes, totalBytes, bytesPerSecond, secondsLeft, active, failed } = totals;
  if (active === 0) return `${megabytes(sentBytes)} sent`;
  const parts = [`${megabytes(sentBytes)} of ${megabytes(totalBytes)}`];
  if (failed > 0) parts.push(`${failed} not added`);
  if (isPaused) return parts.join(" · ");
  if (bytesPerSecond > 0) parts.push(`${speed(bytesPerSecond)}/s`);
  if (secondsLeft !== null) parts.push(timeLeft(secondsLeft));
  return parts.join(" · ");
}

/** The share of the bytes that are sent, 0 to 1. */
export const shareOf = ({ sentBytes, totalBytes, active, done }: QueueSnapshot["totals"]): number => {
  if (active === 0) return done === 0 ? 0 : 1;
  return totalBytes === 0 ? 0 : sentBytes / totalBytes;
};

/** How one file is doing, in a word. */
export function stateOf({ state, bytes }: UploadItem): string {
  switch (state.status) {
    case "waiting":
      return "Waiting";
    case "held":
      return "Paused";
    case "interrupted":
      return megabytes(bytes);
    case "preparing":
      return "Preparing";
    case "sending":
    case "retrying":
    case "offline":
    case "signed_out":
    case "outdated":
      return `${Math.round((100 * state.sentBytes) / Math.max(1, state.totalBytes))} %`;
    case "confirming":
      return "Checking";
    case "ready":
      return megabytes(bytes);
    default:
      return "";
  }
}

function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}

const speed = (bytes: number): string =>
  bytes < 100_000 ? `${Math.round(bytes / 1000)} kB` : megabytes(bytes);

function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, seconds)} s left`;
  return seconds < 3600
    ? `${Math.ceil(seconds / 60)} min left`
    : `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min left`;
}
