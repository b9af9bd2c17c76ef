import { useTexts } from "../../_texts/provider";
import { Glyph } from "../../_ui/glyph";
import { Panel } from "../../_ui/panel";
import { menuRow } from "../../_ui/styles";
import { Action } from "./action";
import type { ViewerAction } from "./actions";
import { moreIcon } from "./icons";

const id = "viewer-more";

/** What a phone has no room for. It opens below its button, as what is at hand is at the bottom. */
export function MoreMenu({ actions }: { actions: ViewerAction[] }) {
  const texts = useTexts("viewer");
  return (
    <div className="@4xl:hidden">
      <button
        type="button"
        popoverTarget={id}
        className="inline-flex min-h-11 shrink-0 items-center gap-1 rounded-full ps-2 pe-3 text-sm font-medium hover:bg-white/15 focus-visible:outline-white"
      >
        <Glyph path={moreIcon} sizePx={20} />
        {texts("more")}
      </button>
      <Panel
        id={id}
        label={texts("more")}
        className="pointer-events-auto max-sm:[inset-block:3.75rem_auto] sm:w-60"
      >
        <ul>
          {actions.map((action) => (
            <li key={action.name}>
              <Action action={action} className={menuRow} menu={id} />
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
