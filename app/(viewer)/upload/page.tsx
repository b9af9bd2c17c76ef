import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import type { Viewer } from "@/lib/accounts/viewer";
import { failureOf } from "@/lib/actions";
import { env } from "@/lib/env";
import { acceptedFiles } from "@/lib/images/formats/table";
import { sayBytes } from "@/lib/images/limits";
import type { ConfirmOutcome } from "@/lib/uploads/contract";
import { plainForm, receivePlainForm } from "@/lib/uploads/plain-form";
import { FormError } from "../../_ui/entrance";
import { Field } from "../../_ui/field";
import { primaryButton, textField } from "../../_ui/styles";

export const metadata: Metadata = { title: "Upload" };

/** One picture by a plain form: for browsers without JavaScript. The bucket sends them back here. */
export default async function UploadPage({ searchParams }: PageProps<"/upload">) {
  const viewer = await requireViewerOrSignIn();
  const { state } = await searchParams;
  const outcome = typeof state === "string" ? await receive(viewer, state) : null;
  if (outcome?.status === "ready") redirect(`/images/${outcome.image.id}`);
  const { url, fields } = await plainForm(viewer, "/upload");
  return (
    <section className="mx-auto grid max-w-md gap-5 px-4 py-10">
      <h1 className="text-xl font-semibold">Upload a picture</h1>
      {outcome?.status === "duplicate" ? (
        <p role="status">
          You already have this picture.{" "}
          <Link
            href={`/images/${outcome.image.id}`}
            prefetch={false}
            className="text-accent underline underline-offset-2"
          >
            Show it
          </Link>
        </p>
      ) : null}
      {outcome?.status === "refused" ? <FormError message={outcome.error.message} /> : null}
      <form action={url} method="post" encType="multipart/form-data" className="grid gap-5">
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <Field
          label="Picture"
          name="file"
          type="file"
          required
          className={`${textField} py-2.5 file:mr-3 file:font-medium`}
          accept={acceptedFiles}
          hint={`One at a time, up to ${sayBytes(env().limits.maxBytes)}.`}
        />
        <button type="submit" className={primaryButton}>
          Upload
        </button>
      </form>
    </section>
  );
}

async function receive(viewer: Viewer, state: string): Promise<ConfirmOutcome> {
  try {
    return await receivePlainForm(viewer, state);
  } catch (error) {
    return { status: "refused", error: failureOf(error).failure };
  }
}
