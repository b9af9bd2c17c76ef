import { useEffect, useRef } from "react";
import { useTexts } from "../../../_texts/provider";
import { quietButton } from "../../../_ui/styles";

interface LoadMoreProps {
  failed: boolean;
  /** how many there are: with more of them one may still be near the end */
  count: number;
  onNear(): void;
}

/** At the end of what is here: asks for more once one is near it. */
export function LoadMore({ failed, count, onNear }: LoadMoreProps) {
  const frame = useTexts("frame");
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an observer says only once that it is in sight.
  useEffect(() => {
    if (end.current === null || failed) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && onNear(),
      { rootMargin: "800px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [failed, count, onNear]);
  return (
    <div ref={end} className="grid min-h-11 justify-center pt-2">
      {failed ? (
        <button type="button" className={quietButton} onClick={onNear}>
          {frame("tryAgain")}
        </button>
      ) : null}
    </div>
  );
}
