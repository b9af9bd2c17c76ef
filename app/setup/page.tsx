import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { hasUsers, isSetupToken } from "@/lib/accounts/users";
import { LanguageSwitch } from "../_texts/language-switch";
import { getTexts } from "../_texts/request";
import { Texts } from "../_texts/texts";
import { Entrance } from "../_ui/entrance";
import { SetUpLinkHint } from "../_ui/set-up-link-hint";
import { SetupForm } from "./setup-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("entrance"))("setUp") };
}

export default async function SetupPage({ searchParams }: PageProps<"/setup">) {
  if (await hasUsers()) redirect("/sign-in");
  const texts = await getTexts("entrance");
  const { token } = await searchParams;
  if (typeof token !== "string" || !isSetupToken(token)) {
    return (
      <Entrance title={texts("badLink")}>
        <p className="text-quiet">{texts("badLinkHint")}</p>
        <SetUpLinkHint />
        <LanguageSwitch className="-ms-3" />
      </Entrance>
    );
  }
  return (
    <Entrance title={texts("makeAccount")}>
      <Texts of={["frame", "entrance", "errors"]}>
        <SetupForm token={token} />
      </Texts>
      <LanguageSwitch className="-ms-3" />
    </Entrance>
  );
}
