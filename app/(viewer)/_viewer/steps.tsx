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
  return ([-1, 1] as const).map((by) => {
    const label = texts(by < 0 ? "previous" : "next");
    return (
      <button
        key={by}
        type="button"
        data-over
        className={`${look} ${by < 0 ? "start-2" : "end-2"}`}
        aria-label={label}
        title={label}
        aria-disabled={stage?.has(by) !== true}
        onClick={() => onStep(by)}
      >
        <Glyph path={nextIcon} sizePx={24} className={by < 0 ? "ltr:-scale-x-100" : "rtl:-scale-x-100"} />
      </button>
    );
  });
}
