"use client";

import { RotateCcw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState, useTransition } from "react";
import type { Failure } from "@/lib/errors";
import type { TrashedImage } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { pane } from "../../_ui/panes";
import { dangerButton, primaryButton, quietButton } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";
import { answerOf } from "../answer-of";
import { refreshGallery } from "../gallery-changes";
import { restoreMany } from "../image-actions";
import { purgeMany } from "./actions";
import { AskDialog } from "./ask-dialog";
import { focusAfter } from "./focus-after";
import { TrashTile } from "./trash-tile";

/** A page of the trash: its pictures are selected by their boxes, then restored or deleted for good. */
export function TrashList({ images }: { images: TrashedImage[] }) {
  const texts = useTexts("trash");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isAsking, setIsAsking] = useState(false);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const ids = images.flatMap(({ id }) => (chosen.has(id) ? id : []));
  const isAll = ids.length === images.length;
  const goOnAt = useRef<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once the list has changed.
  useEffect(() => {
    if (goOnAt.current === null) return;
    focusAfter("[data-trashed] input", goOnAt.current);
    goOnAt.current = null;
  }, [images]);

  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const leave = (...said: string[]) => {
    goOnAt.current = images.findIndex(({ id }) => chosen.has(id));
    toast(said.filter((sentence) => sentence !== "").join(" "));
    setChosen(new Set());
    router.refresh();
  };
  const fail = (failure: Failure) => toast(wordFailure(failure));
  const restore = () =>
    startTransition(async () => {
      const result = await answerOf(restoreMany(ids));
      if (!result.ok) return fail(result.error);
      const { ids: back, duplicates } = result.value;
      refreshGallery();
      leave(
        texts("restored", { count: back.length }),
        countOr("", duplicates.length, (count) => texts("duplicates", { count })),
        countOr("", ids.length - back.length - duplicates.length, (count) => texts("gone", { count })),
      );
    });
  const purge = () =>
    startTransition(async () => {
      const result = await answerOf(purgeMany(ids));
      if (!result.ok) return setError(wordFailure(result.error));
      setIsAsking(false);
      leave(texts("purged", { count: result.value.length }));
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ids.length === 0) return toast(texts("nothingSelected"));
    const { submitter } = event.nativeEvent as SubmitEvent;
    if (submitter?.getAttribute("value") === "restore") return restore();
    setError(undefined);
    setIsAsking(true);
  };

  if (images.length === 0) return null;
  return (
    <form action="/trash" onSubmit={submit} className="grid gap-3">
      <div
        {...pane}
        className="sticky top-0 z-10 -mx-4 flex flex-wrap items-center gap-2 bg-page px-4 py-3 sm:-mx-6 sm:px-6"
      >
        <button type="submit" name="ask" value="restore" className={primaryButton} disabled={pending}>
          <RotateCcw aria-hidden size={18} />
          {texts("restore")}
        </button>
        <button type="submit" name="ask" value="purge" className={dangerButton} disabled={pending}>
          <Trash2 aria-hidden size={18} />
          {texts("purge")}
        </button>
        <button
          type="button"
          className={quietButton}
          onClick={() => setChosen(new Set(isAll ? [] : images.map(({ id }) => id)))}
        >
          {texts(isAll ? "selectNone" : "selectAll")}
        </button>
        <p role="status" className="ms-auto text-sm text-quiet tabular-nums">
          {texts("selected", { count: ids.length })}
        </p>
      </div>
      <ul
        aria-label={texts("list")}
        data-keys="trash"
        className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-1 gap-y-3 max-sm:-mx-4"
      >
        {images.map((image) => (
          <TrashTile
            key={image.id}
            image={image}
            isChosen={chosen.has(image.id)}
            onToggle={() => toggle(image.id)}
          />
        ))}
      </ul>
      {isAsking ? (
        <AskDialog
          question={texts("askPurge", { count: ids.length })}
          error={error}
          pending={pending}
          cancel={texts("cancel")}
          onConfirm={purge}
          onClose={() => setIsAsking(false)}
        />
      ) : null}
    </form>
  );
}

const countOr = (otherwise: string, count: number, say: (count: number) => string): string =>
  count > 0 ? say(count) : otherwise;
