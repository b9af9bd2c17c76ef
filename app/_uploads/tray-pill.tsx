import { ChevronUp, CircleAlert } from "lucide-react";
import type { QueueSnapshot } from "@/lib/uploads/client/queue/queue-store";
import { isBlocked } from "@/lib/uploads/client/queue/upload-item";
import { useTexts } from "../_texts/provider";
import { shareOf } from "./share-of";
import { useWording } from "./use-wording";

/** The tray made small: how far all of it is, and the way back to its rows. */
export function TrayPill({ snapshot, onShow }: { snapshot: QueueSnapshot; onShow(): void }) {
  const texts = useTexts("tray");
  const { headlineOf } = useWording();
  const { totals, items } = snapshot;
  const needsSomeone = totals.failed > 0 || items.some(({ state }) => isBlocked(state));
  return (
    <button
      type="button"
      // biome-ignore lint/a11y/noAutofocus: whoever made the tray small goes on here.
      autoFocus
      title={texts("show")}
      aria-expanded={false}
      onClick={onShow}
      className="inline-flex min-h-11 max-w-[calc(100vw-1rem)] items-center gap-2 rounded-full ps-3 pe-4 text-sm font-medium tabular-nums hover:bg-sunken sm:max-w-96"
    >
      {needsSomeone ? (
        <CircleAlert aria-hidden size={20} className="shrink-0 text-danger" />
      ) : (
        <Ring share={shareOf(totals)} />
      )}
      <span className="truncate">{headlineOf(snapshot)}</span>
      <ChevronUp aria-hidden size={18} className="shrink-0 text-quiet" />
    </button>
  );
}

function Ring({ share }: { share: number }) {
  return (
    <svg aria-hidden viewBox="0 0 20 20" className="size-5 shrink-0 -rotate-90" fill="none" strokeWidth="3">
      <circle cx="10" cy="10" r="8" className="stroke-line" />
      <circle
        cx="10"
        cy="10"
        r="8"
        pathLength="1"
        strokeDasharray="1"
        strokeDashoffset={1 - share}
        className="stroke-accent"
      />
    </svg>
  );
}
