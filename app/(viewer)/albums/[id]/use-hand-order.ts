import { useCallback, useEffect, useRef, useState } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { toast } from "../../../_ui/toaster";
import { answerOf } from "../../answer-of";
import { byHand, move } from "../actions";

interface HandOrder {
  images: GalleryImage[];
  isLast: boolean;
}

/**
 * An album's pictures as they are ordered by hand, as many as one has scrolled to. What is moved is shown at once and told after that;
 * where it cannot be, the order is asked for anew.
 */
export function useHandOrder(id: string) {
  const wordFailure = useWordFailure();
  const [order, setOrder] = useState<HandOrder>({ images: [], isLast: false });
  const [failed, setFailed] = useState(false);
  const isLoading = useRef(false);
  const latest = useRef(order);
  const set = useCallback((next: HandOrder) => {
    latest.current = next;
    setOrder(next);
  }, []);

  const load = useCallback(
    async (offset: number) => {
      if (isLoading.current) return;
      isLoading.current = true;
      setFailed(false);
      const result = await answerOf(byHand({ id, offset }));
      isLoading.current = false;
      if (!result.ok) {
        setFailed(true);
        toast(wordFailure(result.error));
        return;
      }
      const { images, isLast } = result.value;
      const before = offset === 0 ? [] : latest.current.images;
      const known = new Set(before.map((image) => image.id));
      set({ images: [...before, ...images.filter((image) => !known.has(image.id))], isLast });
    },
    [id, set, wordFailure],
  );
  useEffect(() => void load(0), [load]);
  const loadMore = useCallback(() => {
    if (!latest.current.isLast) void load(latest.current.images.length);
  }, [load]);

  const tell = useTelling(id, (failure) => {
    toast(failure);
    void load(0);
  });
  /** Only shows it: for what is still in the hand. */
  const show = useCallback(
    (from: number, to: number) => {
      const images = [...latest.current.images];
      const [moved] = images.splice(from, 1);
      if (moved === undefined) return;
      images.splice(to, 0, moved);
      set({ ...latest.current, images });
    },
    [set],
  );
  /** Tells where the picture stands now. */
  const keep = useCallback(
    async (imageId: string) => {
      const at = latest.current.images.findIndex((image) => image.id === imageId);
      // What stands behind the last one that is here is not known yet.
      if (at === latest.current.images.length - 1 && !latest.current.isLast)
        await load(latest.current.images.length);
      void tell(imageId, latest.current.images[at + 1]?.id ?? null);
    },
    [load, tell],
  );
  return { ...order, failed, loadMore, show, keep };
}

/** Tells moves one after another; of a picture that is moved on meanwhile only the last one. */
function useTelling(id: string, onFailure: (text: string) => void) {
  const wordFailure = useWordFailure();
  const waiting = useRef(new Map<string, string | null>());
  const isTelling = useRef(false);
  const fail = useRef(onFailure);
  fail.current = onFailure;
  return useCallback(
    async (imageId: string, before: string | null) => {
      waiting.current.delete(imageId);
      waiting.current.set(imageId, before);
      if (isTelling.current) return;
      isTelling.current = true;
      for (;;) {
        const [next] = waiting.current;
        if (next === undefined) break;
        waiting.current.delete(next[0]);
        const result = await answerOf(move({ id, imageIds: [next[0]], before: next[1] }));
        if (result.ok) continue;
        waiting.current.clear();
        fail.current(wordFailure(result.error));
      }
      isTelling.current = false;
    },
    [id, wordFailure],
  );
}
