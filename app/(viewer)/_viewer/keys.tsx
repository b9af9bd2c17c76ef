"use client";

import { Fragment, useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useTexts } from "../../_texts/provider";
import { closePath, Glyph } from "../../_ui/glyph";
import { iconButton } from "../../_ui/styles";
import { openedViewer } from "./open-viewer";
import { useKeysHere } from "./use-keys-here";

/** The list of keys. */
export function Keys({ onClose }: { onClose(): void }) {
  const texts = useTexts("viewer");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const lists = useKeysHere();
  return createPortal(
    // biome-ignore lint/a11y/useKeyWithClickEvents: beside it is a click; Escape closes it too.
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
      className={`${openedViewer() === null ? "" : "always-dark"} m-auto max-h-[85dvh] w-[min(26rem,calc(100vw-2rem))] overflow-y-auto rounded-2xl border border-line bg-raised text-text backdrop:bg-black/60`}
    >
      <div className="grid gap-4 p-5">
        <div className="flex items-center justify-between">
          <h2 id="keys-title" className="text-lg font-semibold tracking-tight">
            {texts("keys")}
          </h2>
          <button
            type="button"
            className={`${iconButton} -me-2`}
            aria-label={texts("closeKeys")}
            title={texts("closeKeys")}
            onClick={onClose}
          >
            <Glyph path={closePath} sizePx={20} />
          </button>
        </div>
        {lists.map(([name, rows]) => (
          <section key={name} className="grid gap-2">
            <h3 className="text-sm font-medium text-quiet">{name}</h3>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 text-sm">
              {rows.map(([keys, what]) => (
                <Fragment key={what}>
                  <dt className="flex gap-1" dir="ltr">
                    {keys.map((key) => (
                      <kbd
                        key={key}
                        className="min-w-7 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-xs whitespace-nowrap"
                      >
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>,
    document.body,
  );
}
