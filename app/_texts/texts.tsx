import "server-only";
import type { ReactNode } from "react";
import { compiledMessages } from "@/lib/texts/compiled";
import type { Namespace } from "@/lib/texts/english";
import { MoreTexts, TextsProvider } from "./provider";
import { currentLanguage, currentZone } from "./request";

/** Gives the client components within it the texts of these places: only these travel, in one language. */
export async function Texts({ of, children }: { of: Namespace[]; children: ReactNode }) {
  const language = await currentLanguage();
  return (
    <TextsProvider language={language} zone={await currentZone()} messages={compiledMessages(language, of)}>
      {children}
    </TextsProvider>
  );
}

/** Gives them the texts of these places besides those that are given around it. */
export async function TextsBesides({ of, children }: { of: Namespace[]; children: ReactNode }) {
  return <MoreTexts messages={compiledMessages(await currentLanguage(), of)}>{children}</MoreTexts>;
}
