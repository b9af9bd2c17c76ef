import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentViewer } from "@/lib/accounts/session-cookie";
import { hasUsers } from "@/lib/accounts/users";
import { LanguageSwitch } from "../_texts/language-switch";
import { getTexts } from "../_texts/request";
import { Texts } from "../_texts/texts";
import { Entrance } from "../_ui/entrance";
import { SetUpLinkHint } from "../_ui/set-up-link-hint";
import { SignInForm } from "./sign-in-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("entrance"))("signIn") };
}

/** `?again` is for whoever wants to be somebody else. */
export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  if ((await currentViewer()) !== null && (await searchParams).again === undefined) redirect("/");
  const texts = await getTexts("entrance");
  // Nobody could sign in.
  if (!(await hasUsers()))
    return (
      <Entrance title={texts("notSetUp")}>
        <SetUpLinkHint />
        <LanguageSwitch className="-ms-3" />
      </Entrance>
    );
  return (
    <Entrance title={texts("signIn")}>
      <Texts of={["frame", "entrance", "errors"]}>
        <SignInForm />
      </Texts>
      <LanguageSwitch className="-ms-3" />
    </Entrance>
  );
}
