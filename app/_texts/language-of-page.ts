import { type AnyLanguage, isAnyLanguage } from "@/lib/texts/languages";

/** For what stands beside React's tree: the language in which the page came. */
export function languageOfPage(): AnyLanguage {
  const { lang } = document.documentElement;
  return isAnyLanguage(lang) ? lang : "en";
}
