"use client";

import { Heart } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Result } from "@/lib/errors";
import { type GalleryImage, type ImageWithAlbums, maxTextLengths } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { quietButton } from "../../_ui/styles";
import { toast } from "../../_ui/toaster";
import { answerOf } from "../answer-of";
import { addToGallery } from "../gallery-changes";
import { change } from "../image-actions";
import { EditableText } from "./editable-text";
import { FactList } from "./fact-list";
import { setFavourite } from "./favourite";

type Words = Partial<Pick<ImageWithAlbums, "title" | "description" | "altText" | "isFavourite">>;

/**
 * What is known of a picture, and what can be changed of it, in a page that has the texts of `image`.
 *
 * @param onChange is called with what was changed; on a picture's own page its title is the heading
 */
export function Facts(props: {
  image: ImageWithAlbums;
  isPage?: boolean;
  /** what else can be done with the picture */
  actions?: ReactNode;
  onChange?(changes: Words): void;
}) {
  const { isPage = false, onChange } = props;
  const texts = useTexts("image");
  const wordFailure = useWordFailure();
  const [own, setOwn] = useState<{ of: ImageWithAlbums; changes: Words }>({ of: props.image, changes: {} });
  // What the server says later goes before what was changed here.
  const image = own.of === props.image ? { ...props.image, ...own.changes } : props.image;

  const keep = (changes: Words) => {
    const all = { ...(own.of === props.image && own.changes), ...changes };
    setOwn({ of: props.image, changes: all });
    addToGallery([galleryImageOf({ ...props.image, ...all })]);
    onChange?.(changes);
  };
  const save = async (changes: Words): Promise<Result<unknown>> => {
    const result = await change({ id: image.id, changes });
    // As it is kept, which may be without blanks at its ends.
    if (result.ok) keep(result.value as Words);
    return result;
  };
  const favour = async () => {
    const isFavourite = !image.isFavourite;
    keep({ isFavourite });
    const result = await answerOf(setFavourite([image.id], isFavourite));
    if (result.ok) return;
    keep({ isFavourite: !isFavourite });
    toast(wordFailure(result.error));
  };

  return (
    <div className="grid gap-5">
      <div className="grid gap-2">
        <EditableText
          as={isPage ? "h1" : "h3"}
          text={image.title}
          label={texts("title")}
          edit={texts("rename")}
          maxLength={maxTextLengths.title}
          save={(title) => save({ title })}
        />
        <EditableText
          text={image.description}
          label={texts("description")}
          edit={texts("editDescription")}
          add={texts("addDescription")}
          maxLength={maxTextLengths.description}
          hasLines
          save={(description) => save({ description })}
        />
        <EditableText
          text={image.altText}
          label={texts("altText")}
          edit={texts("editAltText")}
          add={texts("addAltText")}
          hint={texts("altTextHint")}
          maxLength={maxTextLengths.altText}
          save={(altText) => save({ altText })}
        />
        <div className="flex flex-wrap gap-2 pt-1">
          <button
            type="button"
            aria-pressed={image.isFavourite}
            className={quietButton}
            onClick={() => void favour()}
          >
            <Heart aria-hidden size={18} className={image.isFavourite ? "fill-current text-danger" : ""} />
            {texts("favourite")}
          </button>
          {props.actions}
        </div>
      </div>
      <FactList image={image} />
    </div>
  );
}

/** As the gallery shows it. */
const galleryImageOf = ({
  id,
  title,
  width,
  height,
  bytes,
  isFavourite,
  placeholder,
  thumbUrl,
  capturedAt,
  capturedOrder,
}: ImageWithAlbums): GalleryImage => ({
  ...{ id, title, width, height, bytes, isFavourite, placeholder, thumbUrl, capturedAt, capturedOrder },
});
