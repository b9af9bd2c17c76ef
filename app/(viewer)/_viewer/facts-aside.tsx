import { X } from "lucide-react";
import { type ComponentType, useEffect, useState } from "react";
import { useTexts } from "../../_texts/provider";
import { iconButton } from "../../_ui/styles";

/** At the end of the line on a desktop, from below on a phone. What it shows comes with its first use. */
export function FactsAside({ id, onClose }: { id: string; onClose(): void }) {
  const texts = useTexts("viewer");
  const [Panel, setPanel] = useState<ComponentType<{ id: string }> | null>(null);
  useEffect(() => {
    // Without a connection it stays empty until it is opened again.
    import("../_facts/facts-panel").then(
      ({ FactsPanel }) => setPanel(() => FactsPanel),
      () => null,
    );
  }, []);
  return (
    <aside
      aria-label={texts("facts")}
      data-over
      className="absolute inset-x-0 bottom-0 z-20 max-h-[60dvh] overflow-y-auto overscroll-contain rounded-t-2xl border-line bg-raised pb-[env(safe-area-inset-bottom)] text-text max-md:border-t md:static md:h-full md:max-h-none md:w-88 md:rounded-none md:border-s"
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
          <X aria-hidden size={20} />
        </button>
      </div>
      <div className="min-h-24 px-5 pt-2 pb-6">{Panel === null ? null : <Panel key={id} id={id} />}</div>
    </aside>
  );
}
