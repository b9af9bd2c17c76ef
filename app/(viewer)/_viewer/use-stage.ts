import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef, useState } from "react";
import type { OpenedViewer } from "./open-viewer";
import { Stage } from "./stage";

/** The stage within an element, and a render whenever something about it changes. */
export function useStage(
  element: RefObject<HTMLElement | null>,
  { list, index }: OpenedViewer,
  on: { close(): void; tap(): void },
): Stage | null {
  const [stage, setStage] = useState<Stage | null>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const latest = useRef(on);
  useEffect(() => {
    latest.current = on;
  });
  useLayoutEffect(() => {
    if (element.current === null) return;
    const made = new Stage(element.current, list, index, {
      onChange: render,
      onClose: () => latest.current.close(),
      onTap: () => latest.current.tap(),
    });
    setStage(made);
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element.current);
    const again = () => made.status === "failed" && made.retry();
    window.addEventListener("online", again);
    return () => {
      observer.disconnect();
      window.removeEventListener("online", again);
      made.destroy();
    };
  }, [element, list, index]);
  return stage;
}
