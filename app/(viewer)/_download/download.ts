import { ZipNames } from "@/lib/images/client/zip-names";
import type { PictureSize } from "@/lib/images/contract";
import { createTranslator } from "@/lib/texts/translator";
import { languageOfPage } from "../../_texts/language-of-page";
import { loadTexts } from "../../_texts/late-texts";
import { toast } from "../../_ui/toaster";
import { pickFile } from "./pick-file";

/**
 * Downloads the originals of these pictures as one zip called `<name>.zip`. To be called within a click or a key press, as the browser
 * may ask where to put it. Resolves once that is settled and the download goes by itself, with a card of its own that says how far it is.
 */
export async function downloadPictures(pictures: PictureSize[], name: string): Promise<void> {
  if (pictures.length === 0) return;
  const fileName = new ZipNames().take(`${name}.zip`);
  // Before anything is waited for: the browser asks only while it knows that a person wanted it.
  const picking = pickFile(fileName);
  let loaded: typeof import("./start-download");
  try {
    loaded = await import("./start-download");
  } catch (error) {
    console.warn("what downloads pictures could not be loaded", error);
    const language = languageOfPage();
    const texts = createTranslator(language, await loadTexts(language, "download"), "download");
    toast(texts("notLoaded"));
    return;
  }
  await loaded.startDownload(pictures, fileName, await picking);
}
