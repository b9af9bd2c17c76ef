"use client";

import { Check } from "lucide-react";
import { useState } from "react";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { FormError } from "../../../_ui/entrance";
import { quietButton } from "../../../_ui/styles";
import { Thumb } from "../../../_ui/thumb";
import { toast } from "../../../_ui/toaster";
import { answerOf } from "../../answer-of";
import { refreshGallery } from "../../gallery-changes";
import { change } from "../actions";
import { Sheet } from "../sheet";
import { LoadMore } from "./load-more";
import { useHandOrder } from "./use-hand-order";

interface ChooseCoverProps {
  id: string;
  coverId: string | null;
  onClose(): void;
}

/** An album's pictures, of which one is to stand for it. */
export function ChooseCover({ id, coverId, onClose }: ChooseCoverProps) {
  const texts = useTexts("album");
  const gallery = useTexts("gallery");
  const wordFailure = useWordFailure();
  const { images, isLast, failed, loadMore } = useHandOrder(id);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const choose = async (chosen: string | null) => {
    setBusy(true);
    const result = await answerOf(change({ id, changes: { coverId: chosen } }));
    setBusy(false);
    if (!result.ok) return setFault(wordFailure(result.error));
    refreshGallery();
    toast(texts("coverChosen"));
    onClose();
  };
  return (
    <Sheet title={texts("chooseCover")} onClose={onClose} isWide>
      <div className="min-h-40 overflow-y-auto overscroll-contain px-5 pb-5">
        <ul
          aria-label={gallery("list")}
          className="grid grid-cols-[repeat(auto-fill,minmax(5.5rem,1fr))] gap-1"
        >
          {images.map((image) => (
            <li key={image.id} className="aspect-square">
              <button
                type="button"
                className="relative block size-full overflow-hidden rounded-md focus-visible:outline-4 focus-visible:-outline-offset-4"
                aria-pressed={image.id === coverId}
                disabled={isBusy}
                onClick={() => void choose(image.id)}
              >
                <Thumb image={image} lazy />
                {image.id === coverId ? (
                  <span className="absolute end-1 top-1 rounded-full bg-accent p-1 text-on-accent">
                    <Check aria-hidden size={16} strokeWidth={3} />
                  </span>
                ) : null}
              </button>
            </li>
          ))}
        </ul>
        {isLast ? null : <LoadMore failed={failed} count={images.length} onNear={loadMore} />}
      </div>
      {fault === undefined ? null : (
        <div className="px-5 pb-3">
          <FormError message={fault} />
        </div>
      )}
      {coverId === null ? null : (
        <p className="border-t border-line p-3">
          <button type="button" className={quietButton} disabled={isBusy} onClick={() => void choose(null)}>
            {texts("newestAsCover")}
          </button>
        </p>
      )}
    </Sheet>
  );
}
