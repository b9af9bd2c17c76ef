import { createRoot, type Root } from "react-dom/client";
import type { Missing } from "@/lib/images/client/pictures-zip";
import type { PictureSize } from "@/lib/images/contract";
import { createTranslator, type Translator } from "@/lib/texts/translator";
import { languageOfPage } from "../../_texts/language-of-page";
import { loadTexts } from "../../_texts/late-texts";
import { TextsProvider } from "../../_texts/provider";
import { stayAwake } from "../../_ui/stay-awake";
import { maxBlobBytes, openBlobSink } from "./blob-sink";
import { DownloadCards } from "./download-cards";
import { openFileSink } from "./file-sink";
import type { PickedFile } from "./pick-file";
import { PictureDownload } from "./picture-download";
import { type Sink, SinkFailure } from "./sink";
import { openWorkerSink } from "./worker-sink";

let shown: PictureDownload[] = [];
let root: Root | null = null;

/** Starts a download into the file that was picked, or else as the browser can take it, and shows its card. */
export async function startDownload(
  pictures: PictureSize[],
  fileName: string,
  picked: PickedFile,
): Promise<void> {
  if (picked === "cancelled") return;
  const language = languageOfPage();
  const messages = await loadTexts(language, "download");
  const texts = createTranslator(language, messages, "download");
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  const name = picked === "not_asked" ? fileName : picked.name;
  const download = new PictureDownload(name, {
    pictures,
    openSink: () => (picked === "not_asked" ? openOtherSink(fileName, bytes) : openFileSink(picked)),
    note: (missing) => ({ name: texts("missingFile"), text: noteOf(missing, texts) }),
  });
  shown = [...shown.filter(({ isActive }) => isActive), download];
  show();
  window.addEventListener("beforeunload", askFirst);
  followAwake(download);
  void download.run().finally(() => {
    if (!shown.some(({ isActive }) => isActive)) window.removeEventListener("beforeunload", askFirst);
  });

  function show(): void {
    root ??= createRoot(document.body.appendChild(document.createElement("div")));
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    root.render(
      <TextsProvider {...{ language, zone, messages }}>
        <DownloadCards downloads={shown} onClose={close} />
      </TextsProvider>,
    );
  }

  function close(gone: PictureDownload): void {
    shown = shown.filter((one) => one !== gone);
    show();
  }
}

/** While it comes: neither while it is paused nor once it is over. */
function followAwake(download: PictureDownload): void {
  let sleep: (() => void) | null = null;
  const follow = () => {
    const isComing = download.isActive && !download.getSnapshot().isPaused;
    if (isComing) sleep ??= stayAwake();
    if (isComing || sleep === null) return;
    sleep();
    sleep = null;
  };
  download.subscribe(follow);
  follow();
}

const askFirst = (event: BeforeUnloadEvent) => event.preventDefault();

/** Where nobody was asked for a file: the browser's own download, or what can be held as a whole. */
async function openOtherSink(fileName: string, bytes: number): Promise<Sink> {
  const sink = await openWorkerSink(fileName);
  if (sink !== null) return sink;
  if (bytes > maxBlobBytes) throw new SinkFailure("too_large");
  return openBlobSink(fileName);
}

/** For whoever opens the zip later, and wonders. */
function noteOf(missing: Missing[], texts: Translator<"download">): string {
  const whole = missing.filter(({ isCut }) => !isCut);
  const cut = missing.filter(({ isCut }) => isCut);
  const lines = [
    ...(whole.length > 0 ? [texts("missing", { count: whole.length }), ...whole.map(nameOf)] : []),
    ...cut.map((one) => texts("cut", { names: nameOf(one) })),
  ];
  return `${lines.join("\r\n")}\r\n`;

  function nameOf({ name }: Missing): string {
    return name ?? texts("unnamed");
  }
}
