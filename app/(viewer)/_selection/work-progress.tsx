import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { quietButton } from "../../_ui/styles";
import type { Work } from "./batches";

/** How far something is that takes several requests; what went wrong with one of them, and whether to go on. */
export function WorkProgress({ work }: { work: Work }) {
  const texts = useTexts("selection");
  const wordFailure = useWordFailure();
  const { done, total, say, state, stop, goOn } = work;
  const hasFailed = typeof state === "object";
  return (
    <div className="flex w-full flex-wrap items-center gap-x-4 gap-y-2 px-3 py-1">
      <div className="grid min-w-48 flex-1 gap-1.5">
        <p role={hasFailed ? "alert" : undefined}>
          {hasFailed
            ? `${texts("brokenOff", { done, total })} ${wordFailure(state.failure)}`
            : state === "stopping"
              ? texts("stopping")
              : say(done, total)}
        </p>
        <progress value={done} max={total} aria-label={say(done, total)} className="selection-progress" />
      </div>
      <div className="flex gap-2">
        {hasFailed ? (
          <button type="button" className={quietButton} onClick={goOn}>
            {texts("goOn")}
          </button>
        ) : null}
        <button type="button" className={quietButton} onClick={stop} disabled={state === "stopping"}>
          {texts("stop")}
        </button>
      </div>
    </div>
  );
}
