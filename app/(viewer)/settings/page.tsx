import type { Metadata } from "next";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listTokens } from "@/lib/accounts/tokens";
import { InstallPail } from "../../_phone/install-pail";
import { LanguageSwitch } from "../../_texts/language-switch";
import { getTexts } from "../../_texts/request";
import { Texts } from "../../_texts/texts";
import { NewTokenForm } from "./new-token-form";
import { TokenList } from "./token-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("settings"))("title") };
}

export default async function SettingsPage() {
  const tokens = await listTokens(await requireViewerOrSignIn());
  const texts = await getTexts("settings");
  const frame = await getTexts("frame");
  return (
    <article className="mx-auto grid max-w-3xl gap-8 px-4 py-6">
      <header className="grid gap-2">
        <h1 className="text-2xl font-semibold">{texts("title")}</h1>
        <p className="text-quiet">
          {texts.rich("tokensHint", {
            link: (text) => (
              <a key="link" href="/api/v1/openapi.json" className="underline underline-offset-4">
                {text}
              </a>
            ),
          })}
        </p>
      </header>
      <Texts of={["frame", "settings", "errors"]}>
        <TokenList tokens={tokens} />
        <NewTokenForm />
      </Texts>
      <section aria-labelledby="language" className="flex flex-wrap items-center gap-x-4 sm:hidden">
        <h2 id="language" className="me-auto text-lg font-semibold">
          {frame("language")}
        </h2>
        <LanguageSwitch />
      </section>
      <Texts of={["phone"]}>
        <InstallPail />
      </Texts>
      <p className="text-quiet">
        <a href="/licenses.txt" className="underline underline-offset-4">
          {texts("licences")}
        </a>
      </p>
    </article>
  );
}
