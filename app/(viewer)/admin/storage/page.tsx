import type { Metadata } from "next";
import { requireAdminOrNotFound } from "@/lib/accounts/session-cookie";
import { findLastExamination } from "@/lib/uploads/store";
import { getTexts } from "../../../_texts/request";
import { Texts } from "../../../_texts/texts";
import { pageHeading } from "../../../_ui/styles";
import { ExamineForm } from "./examine-form";
import { Findings } from "./findings";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("storage"))("title") };
}

/** What `bucket doctor` found when the bucket was last examined: at the start, by the command, or from here. */
export default async function StoragePage() {
  await requireAdminOrNotFound();
  const texts = await getTexts("storage");
  const last = await findLastExamination();
  return (
    <article className="mx-auto grid max-w-3xl gap-6 px-4 py-6">
      <header className="grid gap-2">
        <h1 className={pageHeading}>{texts("title")}</h1>
        <Texts of={["frame", "storage", "errors"]}>
          <ExamineForm examinedAt={last?.examinedAt ?? null} />
        </Texts>
      </header>
      {last === null ? null : <Findings findings={last.findings} />}
    </article>
  );
}
