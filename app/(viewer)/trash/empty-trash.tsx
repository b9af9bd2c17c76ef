"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { dangerButton } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";
import { answerOf } from "../answer-of";
import { empty } from "./actions";
import { AskDialog } from "./ask-dialog";
import { focusAfter } from "./focus-after";

/** Empties the trash of what the page shows, request by request, and says how far it is. */
export function EmptyTrash({ count, before }: { count: number; before: number }) {
  const texts = useTexts("trash");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [state, setState] = useState<"closed" | "asking" | "working">("closed");
  const [done, setDone] = useState(0);
  const [error, setError] = useState<string>();
  const isStopped = useRef(false);
  const goesOnAtHeading = useRef(false);
  useEffect(() => {
    // The dialog has given the focus back by now, to a button that may be about to go.
    if (state !== "closed" || !goesOnAtHeading.current) return;
    goesOnAtHeading.current = false;
    focusAfter("", 0);
  }, [state]);
  const close = (gone: number) => {
    goesOnAtHeading.current = gone > 0;
    setState("closed");
    if (gone === 0) return;
    toast(texts("purged", { count: gone }));
    router.refresh();
  };
  const run = async () => {
    isStopped.current = false;
    setState("working");
    setError(undefined);
    for (let gone = done; ; ) {
      const result = await answerOf(empty({ before }));
      if (!result.ok) {
        setState("asking");
        return setError(wordFailure(result.error));
      }
      gone += result.value.gone;
      setDone(gone);
      if (result.value.isEmpty || isStopped.current) return close(gone);
    }
  };
  const ask = () => {
    setDone(0);
    setError(undefined);
    setState("asking");
  };
  return (
    <form
      action="/trash"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <input type="hidden" name="ask" value="empty" />
      <button type="submit" className={dangerButton}>
        {texts("empty")}
      </button>
      {state === "closed" ? null : (
        <AskDialog
          question={texts("askEmpty", { count })}
          error={error}
          pending={state === "working"}
          cancel={texts(state === "working" ? "stop" : "cancel")}
          onConfirm={() => void run()}
          onClose={() => {
            // What is under way ends first.
            if (state === "working") isStopped.current = true;
            else close(done);
          }}
        >
          {state === "working" ? texts("emptying", { done, total: count }) : null}
        </AskDialog>
      )}
    </form>
  );
}
