"use client";

import { usePathname, useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { type Language, languageCookie, languageNames, languages } from "@/lib/texts/languages";
import { remember } from "../_ui/remember";
import { useLanguage } from "./provider";

/**
 * A button for each other language, in its own name. The page stays as it is and goes on in that language; without a script it
 * is loaded anew.
 */
export function LanguageSwitch({ className = "" }: { className?: string }) {
  const current = useLanguage();
  const back = usePathname();
  const router = useRouter();
  const choose = (event: FormEvent, language: Language) => {
    event.preventDefault();
    remember(languageCookie, language);
    router.refresh();
  };
  return languages
    .filter((language) => language !== current)
    .map((language) => (
      <form
        key={language}
        action="/language"
        onSubmit={(event) => choose(event, language)}
        className={className}
      >
        <input type="hidden" name="back" value={back} />
        <button
          type="submit"
          name="to"
          value={language}
          lang={language}
          className="min-h-11 w-full rounded-lg px-3 text-start text-sm text-quiet transition-colors hover:bg-sunken hover:text-text"
        >
          {languageNames[language]}
        </button>
      </form>
    ));
}
