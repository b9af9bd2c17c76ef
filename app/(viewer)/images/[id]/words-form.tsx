import type { ImageWithAlbums } from "@/lib/images/contract";
import { getTexts } from "../../../_texts/request";
import { primaryButton, textField } from "../../../_ui/styles";
import { submitWords } from "./form-actions";

/** Where there is no script: what a person says of a picture, in one form. */
export async function WordsForm({ image }: { image: ImageWithAlbums }) {
  const texts = await getTexts("image");
  const label = "grid gap-1.5 text-sm font-medium";
  return (
    <noscript>
      <form action={submitWords.bind(null, image.id)} className="grid gap-4 border-t border-line pt-6">
        <label className={label}>
          {texts("title")}
          <input name="title" className={textField} defaultValue={image.title} maxLength={200} dir="auto" />
        </label>
        <label className={label}>
          {texts("description")}
          <textarea
            name="description"
            rows={4}
            className={`${textField} py-2`}
            defaultValue={image.description}
            maxLength={5000}
            dir="auto"
          />
        </label>
        <label className={label}>
          {texts("altText")}
          <input
            name="altText"
            className={textField}
            defaultValue={image.altText}
            maxLength={1000}
            dir="auto"
          />
        </label>
        <label className="flex min-h-11 items-center gap-3 text-sm">
          <input
            type="checkbox"
            name="favourite"
            className="size-5 accent-accent"
            defaultChecked={image.isFavourite}
          />
          {texts("favourite")}
        </label>
        <button type="submit" className={`${primaryButton} justify-self-start`}>
          {texts("save")}
        </button>
      </form>
    </noscript>
  );
}
