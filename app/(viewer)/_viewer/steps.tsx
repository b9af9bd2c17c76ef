import { useTexts } from "../../_texts/provider";
import { Glyph } from "../../_ui/glyph";
import { nextIcon } from "./icons";
import type { Stage } from "./stage";

interface StepsProps {
  stage: Stage | null;
  isIdle: boolean;
  onStep(by: 1 | -1): void;
}

/** To the pictures beside; where there is none, the button is seen only while it has the focus, which it does not lose. */
export function Steps({ stage, isIdle, onStep }: StepsProps) {
  const texts = useTexts("viewer");
  const look = `absolute top-1/2 z-10 -mt-5.5 inline-flex size-11 items-center justify-center rounded-full bg-black/50 text-white transition-opacity duration-150 hover:bg-black/80 focus-visible:outline-white aria-disabled:opacity-0 aria-disabled:focus-visible:opacity-30 ${isIdle ? "pointer-events-none not-focus-visible:opacity-0" : ""}`;
  const [before, after] = [stage?.has(-1) === true, stage?.has(1) === true];
  return (
    <>
      <button
        type="button"
        data-over
        className={`${look} start-2`}
        aria-label={texts("previous")}
        title={texts("previous")}
        aria-disabled={!before}
        onClick={() => onStep(-1)}
      >
        <Glyph path={nextIcon} sizePx={24} className="ltr:-scale-x-100" />
      </button>
      <button
        type="button"
        data-over
        className={`${look} end-2`}
        aria-label={texts("next")}
        title={texts("next")}
        aria-disabled={!after}
        onClick={() => onStep(1)}
      >
        <Glyph path={nextIcon} sizePx={24} className="rtl:-scale-x-100" />
      </button>
    </>
  );
}
