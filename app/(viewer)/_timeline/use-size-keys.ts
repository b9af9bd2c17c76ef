import { useEffect, useState } from "react";
import { isTaken } from "../../_ui/is-taken";
import { type GridSize, gridSizes } from "./grid";

const stepByKey: Record<string, number> = { "+": 1, "=": 1, "-": -1 };

/** + and - make the pictures a step larger and smaller. Returns the size that was chosen so last, for it to be said; null before. */
export function useSizeKeys(size: GridSize, choose: (size: GridSize) => void): GridSize | null {
  const [chosen, setChosen] = useState<GridSize | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = stepByKey[event.key];
      if (step === undefined || isTaken(event.target)) return;
      const next = gridSizes[gridSizes.indexOf(size) + step];
      if (next === undefined) return;
      choose(next);
      setChosen(next);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [size, choose]);
  return chosen;
}
