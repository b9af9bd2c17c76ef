import { RotateCcw, X } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { findTrashedImage } from "@/lib/images/trash";
import { getTexts } from "../../../_texts/request";
import { FormError } from "../../../_ui/entrance";
import { quietButton } from "../../../_ui/styles";
import { submitRestore } from "./form-actions";
import { ImageKeys } from "./image-keys";
import { Picture } from "./picture";
import { RestoreButton } from "./restore-button";
import { Step } from "./step";

type Trashed = NonNullable<Awaited<ReturnType<typeof findTrashedImage>>>;

/** A picture that lies in the trash: to be looked at, and brought back. */
export async function TrashedImage({ image, failure }: { image: Trashed; failure: string | undefined }) {
  const texts = await getTexts("image");
  return (
    <article data-keys="trashed" className="lg:grid lg:h-[calc(100dvh-4rem)] lg:grid-cols-[1fr_22rem]">
      <Picture image={image}>
        <Step to={"/trash" as Route} label={texts("toTrash")} place="top-2 start-2">
          <X aria-hidden size={22} />
        </Step>
      </Picture>
      <div className="grid content-start gap-4 px-4 py-6 sm:px-6 lg:overflow-y-auto">
        <h1 className="text-xl font-semibold tracking-tight break-words">
          <bdi>{image.title}</bdi>
        </h1>
        <p>{texts("inTrash")}</p>
        <p className="text-sm text-quiet">{texts("inTrashUntil", { days: image.daysLeft })}</p>
        <FormError message={failure} />
        <div className="flex flex-wrap gap-2">
          <RestoreButton id={image.id} action={submitRestore.bind(null, image.id)}>
            <RotateCcw aria-hidden size={18} />
            {texts("restore")}
          </RestoreButton>
          <Link href={"/trash" as Route} prefetch={false} className={quietButton}>
            {texts("toTrash")}
          </Link>
        </div>
      </div>
      <ImageKeys newer={null} older={null} back={"/trash" as Route} />
    </article>
  );
}
