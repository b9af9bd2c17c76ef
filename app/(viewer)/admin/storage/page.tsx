import type { Metadata } from "next";
import { Suspense } from "react";
import { requireAdminOrNotFound } from "@/lib/accounts/session-cookie";
import { examineStorage } from "@/lib/health";
import { quietButton } from "../../../_ui/styles";
import { Findings } from "./findings";

export const metadata: Metadata = { title: "Storage" };

/** What `bucket doctor` finds, found anew for every look at the page. */
export default async function StoragePage() {
  await requireAdminOrNotFound();
  return (
    <article className="mx-auto grid max-w-3xl gap-6 px-4 py-6">
      <header className="flex flex-wrap items-center gap-4">
        <h1 className="mr-auto text-2xl font-semibold">Storage</h1>
        <form action="/admin/storage">
          <button type="submit" className={quietButton}>
            Check again
          </button>
        </form>
      </header>
      <Suspense
        fallback={
          <p role="status" className="text-quiet">
            Trying what Pail does with its bucket, and what nobody may do …
          </p>
        }
      >
        <Examination />
      </Suspense>
    </article>
  );
}

async function Examination() {
  return <Findings findings={await examineStorage()} />;
}
