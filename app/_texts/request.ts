import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import { compiledMessages } from "@/lib/texts/compiled";
import type { Namespace } from "@/lib/texts/english";
import { type AnyLanguage, languageCookie, languageFor } from "@/lib/texts/languages";
import { createTranslator, type Translator } from "@/lib/texts/translator";
import { zoneCookie, zoneOf } from "@/lib/texts/zone";

/** The language of this request: the one that was chosen, else the browser's. */
export const currentLanguage = cache(async (): Promise<AnyLanguage> => {
  const chosen = (await cookies()).get(languageCookie)?.value;
  return languageFor(chosen, (await headers()).get("accept-language"));
});

/** The browser's time zone, as a page of it has noted; UTC until then. */
export const currentZone = cache(
  async (): Promise<string> => zoneOf((await cookies()).get(zoneCookie)?.value),
);

/** For server components: the texts of one place, in the language of this request. */
export async function getTexts<N extends Namespace>(place: N): Promise<Translator<N>> {
  const language = await currentLanguage();
  return createTranslator(language, compiledMessages(language, [place]), place);
}
