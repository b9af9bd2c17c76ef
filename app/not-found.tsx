import Link from "next/link";
import { getTexts } from "./_texts/request";
import { Entrance } from "./_ui/entrance";
import { quietButton } from "./_ui/styles";

export default async function NotFound() {
  const texts = await getTexts("frame");
  return (
    <Entrance title={texts("nothingHere")}>
      <p className="text-quiet">{texts("nothingHereHint")}</p>
      <Link href="/" className={quietButton} prefetch={false}>
        {texts("toPictures")}
      </Link>
    </Entrance>
  );
}
