import { getTexts } from "../_texts/request";

/** Over a button that does nothing without JavaScript. */
export async function PlainFormLink() {
  const texts = await getTexts("adding");
  return (
    <noscript>
      <a href="/upload" className="absolute inset-0 z-2 rounded-full">
        <span className="sr-only">{texts("plainForm")}</span>
      </a>
    </noscript>
  );
}
