import "server-only";
import type { SignedIn } from "@/lib/accounts/viewer";
import { env } from "@/lib/env";
import { formatStored } from "@/lib/texts/formats";
import { currentLanguage, getTexts } from "../../_texts/request";

/** How much of the viewer's space is taken, in words and as a share of it. */
export interface StoredWords {
  text: string;
  /** 0 to 1 */
  share: number;
}

export async function storedOf({ usedBytes }: SignedIn): Promise<StoredWords> {
  const texts = await getTexts("places");
  const language = await currentLanguage();
  const { userQuotaBytes: quota } = env();
  return {
    text: texts("stored", {
      used: formatStored(language, usedBytes),
      quota: formatStored(language, quota),
    }),
    share: Math.min(1, usedBytes / quota),
  };
}
