import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { failureOf } from "@/lib/actions";
import { env } from "@/lib/env";
import type { Failure } from "@/lib/errors";
import { acceptedFiles } from "@/lib/images/formats/table";
import { formatLimit } from "@/lib/texts/formats";
import { wordFailure } from "@/lib/texts/word-failure";
import type { ConfirmOutcome, PostForm } from "@/lib/uploads/contract";
import { plainForm, receivePlainForm } from "@/lib/uploads/plain-form";
import { currentLanguage, getTexts } from "../../_texts/request";
import { FormError } from "../../_ui/entrance";
import { Field } from "../../_ui/field";
import { pageHeading, primaryButton, textField } from "../../_ui/styles";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("upload"))("title") };
}

/** One picture by a plain form: for browsers without JavaScript. The bucket sends them back here. */
export default async function UploadPage({ searchParams }: PageProps<"/upload">) {
  const viewer = await requireViewerOrSignIn();
  const { state } = await searchParams;
  const outcome = typeof state === "string" ? await receive(viewer, state) : null;
  if (outcome?.status === "ready") redirect(`/images/${outcome.image.id}`);
  const texts = await getTexts("upload");
  const language = await currentLanguage();
  const form = await offer(viewer);
  return (
    <section className="mx-auto grid max-w-md gap-6 px-4 py-6">
      <h1 className={pageHeading}>{texts("heading")}</h1>
      {outcome?.status === "duplicate" ? (
        <p role="status">
          {texts("duplicate")}{" "}
          <Link
            href={`/images/${outcome.image.id}`}
            prefetch={false}
            className="text-accent underline underline-offset-2"
          >
            {texts("showIt")}
          </Link>
        </p>
      ) : null}
      {outcome?.status === "refused" ? (
        <FormError message={wordFailure(await getTexts("errors"), language, outcome.error)} />
      ) : null}
      {form.status === "unsupported" ? (
        <p>{texts("needsScript")}</p>
      ) : form.status === "refused" ? (
        <FormError message={wordFailure(await getTexts("errors"), language, form.error)} />
      ) : (
        <form action={form.url} method="post" encType="multipart/form-data" className="grid gap-5">
          {Object.entries(form.fields).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <Field
            label={texts("picture")}
            name="file"
            type="file"
            required
            className={`${textField} py-2.5 file:me-3 file:font-medium`}
            accept={acceptedFiles}
            hint={texts("hint", { size: formatLimit(language, env().limits.maxBytes) })}
          />
          <button type="submit" className={primaryButton}>
            {texts("send")}
          </button>
        </form>
      )}
    </section>
  );
}

type Offer =
  | ({ status: "given" } & PostForm)
  /** The store takes no forms, or brings nobody back. */
  | { status: "unsupported" }
  | { status: "refused"; error: Failure };

async function offer(viewer: Viewer): Promise<Offer> {
  try {
    const form = await plainForm(viewer, "/upload");
    return form === null ? { status: "unsupported" } : { status: "given", ...form };
  } catch (error) {
    return { status: "refused", error: failureOf(error).failure };
  }
}

async function receive(viewer: Viewer, state: string): Promise<ConfirmOutcome> {
  try {
    return await receivePlainForm(viewer, state);
  } catch (error) {
    return { status: "refused", error: failureOf(error).failure };
  }
}
