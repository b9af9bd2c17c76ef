import { useTexts } from "../../_texts/provider";
import { Glyph } from "../../_ui/glyph";
import { Action } from "./action";
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

const target = "shrink-0 text-text transition-colors hover:bg-white/15 focus-visible:outline-white";
/** What an action is for stands below its icon. */
const look = `flex min-h-14 min-w-0 max-w-22 flex-1 flex-col items-center gap-1 rounded-lg px-1 pt-2 pb-1 text-center text-xs/tight aria-pressed:bg-white/15 @4xl:w-20 @4xl:flex-none ${target}`;
const ground = "from-black/75 to-transparent forced-colors:bg-[Canvas]";

/** Over the top of the picture; where there is no room for all actions, the first are over its bottom, and the rest in a menu. */
export function Bar({ title, index, count, actions, isIdle, onClose }: BarProps) {
  const texts = useTexts("viewer");
  const fading = `transition-opacity duration-150 ${isIdle ? "pointer-events-none opacity-0 focus-within:pointer-events-auto focus-within:opacity-100" : ""}`;
  return (
    <>
      <header
        data-over
        className={`absolute inset-x-0 top-0 z-20 flex items-start gap-1 bg-linear-to-b px-[max(0.5rem,env(safe-area-inset-left))] pt-[max(0.5rem,env(safe-area-inset-top))] pb-6 forced-colors:pb-2 ${ground} ${fading}`}
      >
        <button
          type="button"
          className={`inline-flex size-11 items-center justify-center rounded-full ${target}`}
          aria-label={texts("close")}
          title={texts("close")}
          onClick={onClose}
        >
          <Glyph path={backIcon} sizePx={22} className="rtl:-scale-x-100" />
        </button>
        <div className="min-w-0 flex-1 px-1 py-0.5">
          <h2 className="truncate text-sm font-medium">
            <bdi>{title}</bdi>
          </h2>
          <p className="truncate text-xs text-white/75 tabular-nums">
            {texts("place", { n: index + 1, count })}
          </p>
        </div>
        <div className="hidden @4xl:flex">
          {actions.map((action) => (
            <Action key={action.name} action={action} className={look} />
          ))}
        </div>
        <MoreMenu actions={actions.filter(({ isFirst }) => isFirst !== true)} />
      </header>
      <footer
        data-over
        className={`absolute inset-x-0 bottom-0 z-10 flex justify-center bg-linear-to-t px-1 pt-4 pb-[max(0.25rem,env(safe-area-inset-bottom))] @4xl:hidden ${ground} ${fading}`}
      >
        {actions
          .filter(({ isFirst }) => isFirst === true)
          .map((action) => (
            <Action key={action.name} action={action} className={look} />
          ))}
      </footer>
    </>
  );
}
