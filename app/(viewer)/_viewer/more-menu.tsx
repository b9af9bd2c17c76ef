import { useEffect, useId, useRef, useState } from "react";
import { useTexts } from "../../_texts/provider";
import { Glyph } from "../../_ui/glyph";
import type { ViewerAction } from "./actions";
import { moreIcon } from "./icons";

const row =
  "flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-start text-sm text-text hover:bg-sunken focus-visible:-outline-offset-2";

/** What a phone has no room for. */
export function MoreMenu({ actions }: { actions: ViewerAction[] }) {
  const texts = useTexts("viewer");
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onPointerDown = ({ target }: Event) => {
      if (!whole.current?.contains(target as Node)) setOpen(false);
    };
    // Heard before the viewer hears it, which it would close.
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      button.current?.focus();
      setOpen(false);
    };
    const stop = new AbortController();
    document.addEventListener("pointerdown", onPointerDown, { signal: stop.signal });
    whole.current?.addEventListener("keydown", onKeyDown, { signal: stop.signal });
    return () => stop.abort();
  }, [isOpen]);
  const act = (run?: () => void) => {
    button.current?.focus();
    setOpen(false);
    run?.();
  };
  return (
    <div ref={whole} className="relative @4xl:hidden">
      <button
        ref={button}
        type="button"
        className="inline-flex min-h-11 shrink-0 items-center gap-1 rounded-full ps-2 pe-3 text-sm font-medium hover:bg-white/15 focus-visible:outline-white"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Glyph path={moreIcon} sizePx={20} />
        {texts("more")}
      </button>
      <ul
        id={id}
        hidden={!isOpen}
        className="absolute end-0 top-full mt-1 max-h-[calc(100dvh-5rem)] w-60 overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-lg"
      >
        {actions.map(({ name, icon: path, label, isOn, href, run }) => {
          const inside = (
            <>
              <Glyph path={path} sizePx={20} className={isOn && name === "favourite" ? "fill-current" : ""} />
              {label}
            </>
          );
          return (
            <li key={name}>
              {href === undefined ? (
                <button type="button" className={row} aria-pressed={isOn} onClick={() => act(run)}>
                  {inside}
                </button>
              ) : (
                <a className={row} href={href} download onClick={() => act()}>
                  {inside}
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
