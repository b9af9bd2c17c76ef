import type { Metadata } from "next";
import { cookies } from "next/headers";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listTokens } from "@/lib/accounts/tokens";
import { InstallPail } from "../../_phone/install-pail";
import { getTexts } from "../../_texts/request";
import { Texts } from "../../_texts/texts";
import { pageHeading } from "../../_ui/styles";
import { themeCookie, themeOf } from "../../_ui/theme";
import { ThemeSwitch } from "../../_ui/theme-switch";
import { LanguageChoice } from "./language-choice";
import { NewTokenForm } from "./new-token-form";
import { TokenList } from "./token-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("settings"))("title") };
}

export default async function SettingsPage() {
  const tokens = await listTokens(await requireViewerOrSignIn());
  const texts = await getTexts("settings");
  const frame = await getTexts("frame");
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  return (
    <article className="mx-auto grid max-w-3xl gap-8 px-4 py-6">
      <h1 className={pageHeading}>{texts("title")}</h1>
      <section aria-labelledby="colours" className="grid items-center gap-x-4 gap-y-2 sm:grid-cols-2">
        <h2 id="colours" className="text-lg font-semibold">
          {frame("colours")}
        </h2>
        <ThemeSwitch initial={theme} />
      </section>
      <section aria-labelledby="language" className="grid items-center gap-x-4 gap-y-2 sm:grid-cols-2">
        <h2 id="language" className="text-lg font-semibold">
          {frame("language")}
        </h2>
        <LanguageChoice />
      </section>
      <Texts of={["frame", "settings", "errors"]}>
        <TokenList tokens={tokens} />
        <NewTokenForm />
      </Texts>
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
