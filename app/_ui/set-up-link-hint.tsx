import type { ReactNode } from "react";
import { getTexts } from "../_texts/request";

const code = (text: ReactNode) => (
  <code key="code" lang="en" className="rounded-md bg-sunken px-1.5 py-0.5 text-sm text-text">
    {text}
  </code>
);

/** Where the link is that makes the first account: for whoever opens a Pail that has none. */
export async function SetUpLinkHint() {
  const texts = await getTexts("entrance");
  return (
    <div className="grid gap-3 text-quiet">
      <p>{texts("linkHint")}</p>
      <ul className="grid list-disc gap-2 ps-5">
        <li>{texts.rich("linkInTerminal", { code })}</li>
        <li>{texts.rich("linkByCommand", { code })}</li>
        <li>{texts("linkInBuild")}</li>
      </ul>
    </div>
  );
}
