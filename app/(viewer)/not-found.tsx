import Link from "next/link";
import { getTexts } from "../_texts/request";
import { Notice } from "../_ui/notice";
import { quietButton } from "../_ui/styles";

/** Within the frame: what is being sent goes on. */
export default async function NotFound() {
  const texts = await getTexts("frame");
  return (
    <Notice title={texts("nothingHere")}>
      <p className="text-quiet">{texts("nothingHereHint")}</p>
      <Link href="/" className={quietButton} prefetch={false}>
        {texts("toPictures")}
      </Link>
    </Notice>
  );
}
