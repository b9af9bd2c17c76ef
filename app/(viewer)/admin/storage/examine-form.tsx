"use client";

import { useActionState } from "react";
import { formatMoment } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { useZone } from "../../../_texts/use-zone";
import { FormError } from "../../../_ui/entrance";
import { quietButton } from "../../../_ui/styles";
import { type ExamineState, examine } from "./actions";

const initial: ExamineState = {};

/** @param examinedAt when that was last done; null: never */
export function ExamineForm({ examinedAt }: { examinedAt: Date | null }) {
  const texts = useTexts("storage");
  const wordFailure = useWordFailure();
  const language = useLanguage();
  const zone = useZone();
  const [state, submit, pending] = useActionState(examine, initial);
  const last =
    examinedAt === null
      ? texts("neverExamined")
      : texts("examinedAt", { moment: formatMoment(language, zone, examinedAt) });
  return (
    <form action={submit} className="grid gap-2">
      <div className="flex flex-wrap items-center gap-4">
        <p role="status" className="me-auto text-sm text-quiet">
          {pending ? texts("examining") : last}
        </p>
        <button type="submit" className={quietButton} disabled={pending}>
          {texts("examineNow")}
        </button>
      </div>
      <FormError message={state.failure && wordFailure(state.failure)} />
    </form>
  );
}
