"use client";

import { Pause, Play, X } from "lucide-react";
import { type FocusEvent, useId, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { formatBytes, formatLimit } from "@/lib/texts/formats";
import type { Translator } from "@/lib/texts/translator";
import { useLanguage, useTexts } from "../../_texts/provider";
import { giveFocusBack, pane } from "../../_ui/panes";
import { useRoomBelow } from "../../_ui/use-room-below";
import { IconButton } from "../../_uploads/icon-button";
import { textButton } from "../../_uploads/text-button";
import { maxBlobBytes } from "./blob-sink";
import type { DownloadSnapshot, PictureDownload } from "./picture-download";

interface DownloadCardsProps {
  downloads: PictureDownload[];
  onClose(download: PictureDownload): void;
}

/** Above the tray, which may be there too. */
export function DownloadCards({ downloads, onClose }: DownloadCardsProps) {
  const place = useRoomBelow("--cards");
  if (downloads.length === 0) return null;
  return (
    <div
      ref={place}
      className="fixed inset-x-0 bottom-[calc(var(--bar)+var(--tray))] z-30 grid gap-px sm:inset-x-auto sm:end-4 sm:mb-4 sm:w-96 sm:gap-2 print:hidden"
    >
      {downloads.map((download, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they come at the end, and two may have one name.
        <DownloadCard key={index} download={download} onClose={onClose} />
      ))}
    </div>
  );
}

interface DownloadCardProps {
  download: PictureDownload;
  onClose(download: PictureDownload): void;
}

/** How far a download is, and what a person can do about it. */
function DownloadCard({ download, onClose }: DownloadCardProps) {
  const snapshot = useSyncExternalStore(download.subscribe, download.getSnapshot, download.getSnapshot);
  const texts = useTexts("download");
  const headline = headlineOf(snapshot, download.fileName, texts);
  const isActive = ["preparing", "running"].includes(snapshot.status);
  const id = useId();
  const share = Math.min(1, snapshot.doneBytes / Math.max(1, snapshot.totalBytes));
  return (
    <section
      {...pane}
      {...useFocusWithin(isActive)}
      aria-labelledby={id}
      className="border-t border-line bg-raised shadow-[0_-4px_24px_rgb(0_0_0/0.08)] sm:rounded-2xl sm:border sm:shadow-xl"
    >
      <header className="flex items-center gap-1 pt-1 pe-2 ps-4">
        <h2 id={id} className="line-clamp-2 min-w-0 flex-1 text-sm font-medium wrap-anywhere">
          {headline}
        </h2>
        {isActive ? (
          <>
            <PauseButton download={download} isPaused={snapshot.isPaused} />
            <button type="button" className={textButton} onClick={() => download.stop()}>
              {texts("stop")}
            </button>
          </>
        ) : snapshot.status === "finishing" ? null : (
          <IconButton label={texts("close")} icon={X} onClick={() => onClose(download)} />
        )}
      </header>
      <Facts snapshot={snapshot} />
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(100 * share)}
        className="h-0.5 overflow-hidden bg-sunken sm:rounded-b-2xl"
      >
        <div
          data-fill
          className="h-full origin-left bg-accent rtl:origin-right"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <p role="status" className="sr-only">
        {headline}
      </p>
    </section>
  );
}

const waits = {
  connection: "noConnection",
  busy: "busy",
  signed_out: "signedOut",
  other_viewer: "otherViewer",
} as const;

const faults = {
  disk_full: "diskFull",
  not_writable: "notWritable",
  browser_stopped: "browserStopped",
  internal: "internal",
} as const;

function Facts({ snapshot }: { snapshot: DownloadSnapshot }) {
  const texts = useTexts("download");
  const language = useLanguage();
  const { status, wait, fault, doneBytes, totalBytes, bytesPerSecond, missing } = snapshot;
  const size = (bytes: number) => formatBytes(language, bytes);
  const amount = { done: size(doneBytes), total: size(totalBytes) };
  const isActive = ["preparing", "running"].includes(status);
  return (
    <div className="grid gap-1 px-4 pb-2.5 text-sm">
      {isActive ? (
        <p className="truncate text-quiet tabular-nums">
          {bytesPerSecond === null
            ? texts("amount", amount)
            : texts("pace", { ...amount, perSecond: size(bytesPerSecond) })}
        </p>
      ) : null}
      {isActive && wait !== null ? (
        <p role="alert" className="flex items-center gap-2">
          <span className="flex-1">{texts(waits[wait])}</span>
          {wait === "signed_out" || wait === "other_viewer" ? (
            <a
              href={wait === "signed_out" ? "/sign-in" : "/sign-in?again"}
              target="_blank"
              rel="noreferrer"
              className={`${textButton} content-center`}
            >
              {texts("signIn")}
            </a>
          ) : null}
        </p>
      ) : null}
      {isActive && wait === null ? <p className="text-quiet">{texts("leaving")}</p> : null}
      {fault === null ? null : (
        <p role="alert">
          {fault === "too_large"
            ? texts("tooLarge", { max: formatLimit(language, maxBlobBytes) })
            : texts(faults[fault])}
        </p>
      )}
      {status === "done" ? <MissingPictures missing={missing} /> : null}
    </div>
  );
}

const maxNamed = 5;

function MissingPictures({ missing }: { missing: DownloadSnapshot["missing"] }) {
  const texts = useTexts("download");
  const language = useLanguage();
  const list = (names: string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(names);
  const whole = missing.filter(({ isCut }) => !isCut);
  const cut = missing.filter(({ isCut }) => isCut).flatMap(({ name }) => name ?? []);
  const names = whole.flatMap(({ name }) => name ?? []);
  const isNamed = names.length === whole.length && names.length <= maxNamed;
  if (missing.length === 0) return null;
  return (
    <p role="alert" className="wrap-anywhere">
      {whole.length === 0
        ? null
        : isNamed
          ? texts("missingNamed", { count: whole.length, names: list(names) })
          : texts("missing", { count: whole.length })}{" "}
      {cut.length === 0 ? null : texts("cut", { names: list(cut) })}
    </p>
  );
}

function PauseButton({ download, isPaused }: { download: PictureDownload; isPaused: boolean }) {
  const texts = useTexts("download");
  return isPaused ? (
    <IconButton label={texts("resume")} icon={Play} onClick={() => download.resume()} />
  ) : (
    <IconButton label={texts("pause")} icon={Pause} onClick={() => download.pause()} />
  );
}

const headlines = {
  preparing: "preparing",
  finishing: "finishing",
  stopped: "stopped",
  failed: "failed",
} as const;

function headlineOf(
  { status, isPaused, pictures }: DownloadSnapshot,
  name: string,
  texts: Translator<"download">,
): string {
  if (status === "done") return texts("done", { pictures, name });
  if (status === "running") return texts(isPaused ? "paused" : "downloading", { name });
  return texts(headlines[status], { name });
}

/** Its buttons change: focus then goes to the first of the others, and where the card goes, back to the page. */
function useFocusWithin(isActive: boolean) {
  const card = useRef<HTMLElement>(null);
  const isWithin = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with it the buttons change.
  useLayoutEffect(() => {
    const { current } = card;
    if (isWithin.current && current?.contains(document.activeElement) === false)
      current.querySelector("button")?.focus();
  }, [isActive]);
  useLayoutEffect(() => {
    const { current } = card;
    return () => giveFocusBack(current);
  }, []);
  return {
    ref: card,
    onFocus: () => {
      isWithin.current = true;
    },
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      // What is taken out of the document gives focus to nothing.
      isWithin.current = relatedTarget === null ? isWithin.current : currentTarget.contains(relatedTarget);
    },
  };
}
