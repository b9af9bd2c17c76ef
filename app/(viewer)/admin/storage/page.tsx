import type { Metadata } from "next";
import { Suspense } from "react";
import { requireAdminOrNotFound } from "@/lib/accounts/session-cookie";
import { examineStore } from "@/lib/uploads/store";
import { getTexts } from "../../../_texts/request";
import { quietButton } from "../../../_ui/styles";
import { Findings } from "./findings";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("storage"))("title") };
}

/** What `bucket doctor` finds, found anew for every look at the page. */
export default async function StoragePage() {
  await requireAdminOrNotFound();
  const texts = await getTexts("storage");
  return (
    <article className="mx-auto grid max-w-3xl gap-6 px-4 py-6">
      <header className="flex flex-wrap items-center gap-4">
        <h1 className="me-auto text-2xl font-semibold">{texts("title")}</h1>
        <form action="/admin/storage">
          <button type="submit" className={quietButton}>
            {texts("checkAgain")}
          </button>
        </form>
      </header>
      <Suspense
        fallback={
          <p role="status" className="text-quiet">
            {texts("examining")}
          </p>
        }
      >
        <Examination />
      </Suspense>
    </article>
  );
}

async function Examination() {
  return <Findings findings={(await examineStore()).findings} />;
}
