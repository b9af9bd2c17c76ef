import { useTexts } from "../../_texts/provider";
import { closePath, Glyph } from "../../_ui/glyph";
import { iconButton } from "../../_ui/styles";
import { FactsPanel } from "../_facts/facts-panel";

/** At the end of the line on a desktop, from below on a phone. It comes with its first use. */
export function FactsAside({ id, onClose }: { id: string; onClose(): void }) {
  const texts = useTexts("viewer");
  return (
    <aside
      aria-label={texts("facts")}
      data-over
      className="absolute inset-x-0 bottom-0 z-30 max-h-[60dvh] overflow-y-auto overscroll-contain rounded-t-2xl border-line bg-raised pb-[env(safe-area-inset-bottom)] text-text max-md:border-t md:static md:h-full md:max-h-none md:w-88 md:rounded-none md:border-s"
    >
      <div className="sticky top-0 z-10 flex items-center justify-between bg-raised ps-5 pe-2 pt-2">
        <h2 className="font-semibold tracking-tight">{texts("facts")}</h2>
        <button
          type="button"
          className={iconButton}
          aria-label={texts("closeFacts")}
          title={texts("closeFacts")}
          onClick={onClose}
        >
          <Glyph path={closePath} sizePx={20} />
        </button>
      </div>
      <div className="min-h-24 px-5 pt-2 pb-6">
        <FactsPanel key={id} id={id} />
      </div>
    </aside>
  );
}
