"use client";

import { useMemo } from "react";
import { formatProgress } from "@/lib/texts/formats";
import type { AnyLanguage } from "@/lib/texts/languages";
import type { Translator } from "@/lib/texts/translator";
import { preparingSteps } from "@/lib/uploads/client/prepare/preparing";
import type { QueueSnapshot } from "@/lib/uploads/client/queue/queue-store";
import { sentFraction, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import { useLanguage, useTexts } from "../_texts/provider";

type Texts = Translator<"tray">;

/** What the tray says of its files, in the page's language. */
export function useWording() {
  const texts = useTexts("tray");
  const language = useLanguage();
  return useMemo(
    () => ({
      headlineOf: (snapshot: QueueSnapshot) => headlineOf(texts, snapshot),
      paceOf: (snapshot: QueueSnapshot) => paceOf(texts, language, snapshot),
      stateOf: (item: UploadItem) => stateOf(texts, language, item),
      tabStateOf: (percent: number, isPaused: boolean) =>
        isPaused ? texts("paused") : texts("percent", { percent }),
    }),
    [texts, language],
  );
}

/** What the tray says first. */
function headlineOf(texts: Texts, { items, totals, isPaused }: QueueSnapshot): string {
  const { files, done, duplicates, failed, active } = totals;
  // Short: three buttons stand beside it, on a phone too.
  if (active > 0) return texts(isPaused ? "pausedAt" : "progress", { done, files });
  const interrupted = items.filter(({ state }) => state.status === "interrupted").length;
  const parts = [
    [failed, "notAdded"],
    [done - duplicates, "added"],
    [duplicates, "alreadyHere"],
    [interrupted, "notFinished"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what], index) => texts(what, { count, isFirst: String(index === 0) }))
    .join(", ");
}

/** How much, what went wrong, how fast, how long. */
function paceOf(texts: Texts, language: AnyLanguage, { totals, isPaused }: QueueSnapshot): string {
  const { sentBytes, totalBytes, bytesPerSecond, secondsLeft, active, failed } = totals;
  if (active === 0) return texts("sent", { size: formatProgress(language, sentBytes) });
  const total = formatProgress(language, totalBytes);
  const parts = [texts("sentOf", { sent: formatProgress(language, sentBytes, totalBytes), total })];
  if (failed > 0) parts.push(texts("failedCount", { count: failed }));
  if (isPaused) return parts.join(" · ");
  if (bytesPerSecond > 0) parts.push(texts("perSecond", { size: formatProgress(language, bytesPerSecond) }));
  if (secondsLeft !== null) parts.push(timeLeft(texts, secondsLeft));
  return parts.join(" · ");
}

/** How one file is doing, in a word. */
function stateOf(texts: Texts, language: AnyLanguage, { state, bytes }: UploadItem): string {
  switch (state.status) {
    case "waiting":
      return texts("waiting");
    case "held":
      return texts("paused");
    case "preparing":
      return texts("preparing", {
        step: preparingSteps.indexOf(state.step) + 1,
        steps: preparingSteps.length,
      });
    case "sending":
    case "retrying":
    case "offline":
    case "signed_out":
    case "outdated":
      return texts("percent", { percent: Math.round(100 * sentFraction(state)) });
    case "confirming":
      return texts("checking");
    case "interrupted":
    case "ready":
      return formatProgress(language, bytes);
    default:
      return "";
  }
}

function timeLeft(texts: Texts, seconds: number): string {
  if (seconds < 60) return texts("secondsLeft", { seconds: Math.max(1, seconds) });
  if (seconds < 3600) return texts("minutesLeft", { minutes: Math.ceil(seconds / 60) });
  return texts("hoursLeft", {
    hours: Math.floor(seconds / 3600),
    minutes: Math.ceil((seconds % 3600) / 60),
  });
}
