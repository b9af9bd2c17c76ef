import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { z } from "zod";
import { currentViewer } from "@/lib/accounts/session-cookie";
import { getTexts } from "../_texts/request";
import { Texts } from "../_texts/texts";
import { Entrance } from "../_ui/entrance";
import { quietButton } from "../_ui/styles";
import { TakeShared } from "./take-shared";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("phone"))("sharedTitle") };
}

const idShape = z.string().regex(/^\d{1,15}-[\da-f-]{36}$/);

/** Where one gets after sharing pictures to Pail; with a session it leads on at once, and they are sent. */
export default async function SharedPage({ searchParams }: PageProps<"/shared">) {
  const asked = await searchParams;
  const texts = await getTexts("phone");
  const id = idShape.safeParse(asked.id).data;
  if (id === undefined) {
    const sentence = (["none", "full"] as const).find((key) => asked[key] !== undefined) ?? "missed";
    return (
      <Entrance title={texts("sharedTitle")}>
        <p>{texts(sentence)}</p>
        <Link href="/" prefetch={false} className={quietButton}>
          {texts("toPictures")}
        </Link>
      </Entrance>
    );
  }
  // Another site can post here too, and may not add pictures to those of whoever looks at it. The share sheet is no site.
  const from = (await headers()).get("sec-fetch-site");
  const isAnothers = from === "cross-site" || from === "same-site";
  return (
    <Entrance title={texts("sharedTitle")}>
      <Texts of={["phone"]}>
        <TakeShared id={id} isSignedIn={(await currentViewer()) !== null} isAnothers={isAnothers} />
      </Texts>
    </Entrance>
  );
}
