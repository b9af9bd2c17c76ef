import "server-only";
import { getStored } from "@/lib/accounts/stored";
import type { Viewer } from "@/lib/accounts/viewer";
import { formatStored } from "@/lib/texts/formats";
import { currentLanguage, getTexts } from "../../_texts/request";

/** How much of the viewer's space is taken, in words and as a share of it. */
export interface StoredWords {
  text: string;
  /** 0 to 1 */
  share: number;
}

export async function storedOf(viewer: Viewer): Promise<StoredWords> {
  const texts = await getTexts("places");
  const language = await currentLanguage();
  const { usedBytes, quotaBytes } = await getStored(viewer);
  return {
    text: texts("stored", {
      used: formatStored(language, usedBytes),
      quota: formatStored(language, quotaBytes),
    }),
    share: Math.min(1, usedBytes / quotaBytes),
  };
}
