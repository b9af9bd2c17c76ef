import { getTexts } from "../_texts/request";
import { Glyph } from "../_ui/glyph";
import { icons } from "../_ui/icons";
import { primaryButton } from "../_ui/styles";
import { FileInput } from "./file-input";
import { PlainFormLink } from "./plain-form-link";

/** Opens the file dialog from within a page, as where there are no pictures yet. */
export async function AddPictures({ accept }: { accept: string }) {
  const texts = await getTexts("adding");
  return (
    <div className="relative">
      <FileInput id="add-pictures" multiple accept={accept} />
      <label
        htmlFor="add-pictures"
        className={`${primaryButton} peer-hover:opacity-90 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent`}
      >
        <Glyph path={icons.addPicture} sizePx={18} />
        {texts("addPictures")}
      </label>
      <PlainFormLink />
    </div>
  );
}
