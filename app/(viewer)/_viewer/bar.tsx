import { useTexts } from "../../_texts/provider";
import { Glyph } from "../../_ui/glyph";
import type { ViewerAction } from "./actions";
import { backIcon } from "./icons";
import { MoreMenu } from "./more-menu";

interface BarProps {
  title: string;
  index: number;
  count: number;
  actions: ViewerAction[];
  isIdle: boolean;
  onClose(): void;
}

const icon =
  "group relative inline-flex size-11 shrink-0 items-center justify-center rounded-full text-text transition-colors hover:bg-white/15 focus-visible:outline-white";

/** Over the top of the picture. A phone has no room for the actions: there they are words in a menu. */
export function Bar({ title, index, count, actions, isIdle, onClose }: BarProps) {
  const texts = useTexts("viewer");
  return (
    <header
      data-over
      className={`absolute inset-x-0 top-0 z-20 flex items-center gap-1 bg-linear-to-b from-black/75 to-transparent px-[max(0.5rem,env(safe-area-inset-left))] pt-[max(0.5rem,env(safe-area-inset-top))] pb-6 transition-opacity duration-150 forced-colors:bg-[Canvas] forced-colors:pb-2 ${isIdle ? "pointer-events-none opacity-0 focus-within:pointer-events-auto focus-within:opacity-100" : ""}`}
    >
      <button type="button" className={icon} aria-label={texts("close")} onClick={onClose}>
        <Glyph path={backIcon} sizePx={22} className="rtl:-scale-x-100" />
        <Tip>{texts("close")}</Tip>
      </button>
      <div className="min-w-0 flex-1 px-1">
        <h2 className="truncate text-sm font-medium">
          <bdi>{title}</bdi>
        </h2>
        <p className="truncate text-xs text-white/75 tabular-nums">
          {texts("place", { n: index + 1, count })}
        </p>
      </div>
      <div className="hidden gap-1 @xl:flex">
        {actions.map((action) => (
          <Action key={action.name} action={action} />
        ))}
      </div>
      <MoreMenu actions={actions} />
    </header>
  );
}

function Action({ action: { name, icon: path, label, isOn, href, run } }: { action: ViewerAction }) {
  const inside = (
    <>
      <Glyph path={path} sizePx={20} className={isOn && name === "favourite" ? "fill-current" : ""} />
      <Tip>{label}</Tip>
    </>
  );
  const look = `${icon} ${isOn ? "bg-white/15" : ""}`;
  return href === undefined ? (
    <button type="button" className={look} aria-label={label} aria-pressed={isOn} onClick={run}>
      {inside}
    </button>
  ) : (
    <a className={look} aria-label={label} href={href} download>
      {inside}
    </a>
  );
}

/** The word of an icon, for whoever points at it or has come to it by keyboard. */
function Tip({ children }: { children: string }) {
  return (
    <span
      aria-hidden
      className="pointer-events-none absolute top-full left-1/2 mt-1 hidden -translate-x-1/2 rounded-md bg-raised px-2 py-1 text-xs whitespace-nowrap text-text shadow-lg group-hover:block group-focus-visible:block"
    >
      {children}
    </span>
  );
}
