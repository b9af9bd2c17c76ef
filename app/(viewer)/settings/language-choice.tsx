"use client";

import { useRouter } from "next/navigation";
import { type Language, languageCookie, languageNames, languages } from "@/lib/texts/languages";
import { useLanguage } from "../../_texts/provider";
import { remember } from "../../_ui/remember";

/** All languages, of which the current one is marked; without a script a form leads to the page in another. */
export function LanguageChoice() {
  const current = useLanguage();
  const router = useRouter();
  const choose = (language: Language) => {
    remember(languageCookie, language);
    router.refresh();
  };
  return (
    <form
      action="/language"
      className="flex w-full rounded-full border border-line"
      onSubmit={(event) => event.preventDefault()}
    >
      <input type="hidden" name="back" value="/settings" />
      {languages.map((language) => (
        <button
          key={language}
          type="submit"
          name="to"
          value={language}
          lang={language}
          aria-pressed={language === current}
          onClick={() => choose(language)}
          className="min-h-11 flex-1 rounded-full px-2 text-sm text-quiet transition-colors hover:text-text aria-pressed:bg-accent/14 aria-pressed:font-medium aria-pressed:text-accent"
        >
          {languageNames[language]}
        </button>
      ))}
    </form>
  );
}
