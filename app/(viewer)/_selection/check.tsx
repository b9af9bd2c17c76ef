const circle =
  "grid size-6 place-content-center rounded-full border-2 transition-colors forced-color-adjust-none forced-colors:border-[CanvasText]";
/** White within a dark line: one of them is seen on any picture. */
const onPicture = "border-white shadow-[0_0_0_1.5px_rgb(0_0_0/0.55)]";
const checked = "bg-[#1f4fd8] text-white forced-colors:bg-[Highlight] forced-colors:text-[HighlightText]";
const looks = {
  picture: {
    checked: `${onPicture} ${checked}`,
    unchecked: `${onPicture} bg-black/40 forced-colors:bg-[Canvas]`,
  },
  page: {
    checked: `border-transparent ${checked}`,
    unchecked: "border-quiet forced-colors:bg-[Canvas] forced-colors:text-[CanvasText]",
  },
};

/** A circle that says whether something is selected: all of it, some of it, or nothing. */
export function Check({ state, on }: { state: boolean | "mixed"; on: keyof typeof looks }) {
  const look = looks[on][state === true ? "checked" : "unchecked"];
  return (
    <span aria-hidden className={`${circle} ${look}`}>
      {state === true ? (
        <svg viewBox="0 0 16 16" className="size-4 fill-none stroke-current stroke-[2.4]" aria-hidden="true">
          <path d="m2.8 8.4 3.5 3.5 7-7.6" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
      ) : null}
      {state === "mixed" ? <span className="h-0.5 w-2.5 rounded-full bg-current" /> : null}
    </span>
  );
}
