import { Check, Pause, Play, RotateCw, X } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { canHold, hasEnded, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { useWordWait } from "../_texts/use-word-wait";
import { IconButton } from "./icon-button";
import { Preview } from "./preview";
import { RowProgress } from "./row-progress";
import { useWording } from "./use-wording";

/** One file: its name, how far it is or what is wrong, and what can be done about it. */
export const TrayRow = memo(function TrayRow({ item, queue }: { item: UploadItem; queue: UploadQueue }) {
  const texts = useTexts("tray");
  const { stateOf } = useWording();
  const wordFailure = useWordFailure();
  const wordWait = useWordWait();
  const { id, name, state } = item;
  const isFailed = state.status === "failed";
  return (
    <li className="group flex min-h-12 items-center gap-3 pe-2 ps-4 [contain-intrinsic-size:auto_3rem] [content-visibility:auto]">
      <Preview item={item} queue={queue} />
      <div className="grid min-w-0 flex-1 grid-cols-1 gap-1 py-1.5">
        <p className="flex gap-2 text-sm">
          <bdi className="min-w-0 flex-1 truncate" title={name}>
            {name}
          </bdi>
          {isFailed ? null : <span className="shrink-0 text-quiet tabular-nums">{stateOf(item)}</span>}
        </p>
        {isFailed ? <p className="text-sm text-danger">{wordFailure(state.error)}</p> : null}
        {state.status === "duplicate" ? (
          <p className="text-sm text-quiet">
            {texts("duplicate")}{" "}
            <Link
              href={`/images/${state.image.id}`}
              prefetch={false}
              className="text-accent underline underline-offset-2"
            >
              {texts("showIt")}
            </Link>
          </p>
        ) : null}
        {state.status === "retrying" ? <p className="text-sm text-quiet">{wordWait(state.code)}</p> : null}
        {isFailed || state.status === "duplicate" ? null : <RowProgress name={name} state={state} />}
      </div>
      {isFailed && state.canRetry ? (
        <IconButton
          label={texts("tryAgainNamed", { name })}
          title={texts("tryAgain")}
          icon={RotateCw}
          onClick={() => queue.retry(id)}
        />
      ) : null}
      {state.status === "ready" ? (
        <span className="grid size-11 place-content-center text-accent">
          <Check aria-hidden size={18} />
        </span>
      ) : null}
      {canHold(state) ? (
        <IconButton
          label={texts("pauseNamed", { name })}
          title={texts("pause")}
          icon={Pause}
          onClick={() => queue.hold(id)}
          // Shown to who points at the row; a finger points at all of them.
          className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
        />
      ) : null}
      {state.status === "held" ? (
        <IconButton
          label={texts("resumeNamed", { name })}
          title={texts("resume")}
          icon={Play}
          onClick={() => queue.release(id)}
        />
      ) : null}
      {hasEnded(state) ? null : (
        <IconButton
          label={texts("cancelNamed", { name })}
          title={texts("cancel")}
          icon={X}
          onClick={() => queue.cancel(id)}
        />
      )}
      {isFailed || state.status === "duplicate" ? (
        <IconButton
          label={texts("removeNamed", { name })}
          title={texts("remove")}
          icon={X}
          onClick={() => queue.remove(id)}
        />
      ) : null}
    </li>
  );
});
