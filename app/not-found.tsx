import { getTexts } from "./_texts/request";
import { Entrance } from "./_ui/entrance";
import { quietButton } from "./_ui/styles";

export default async function NotFound() {
  const texts = await getTexts("frame");
  return (
    <Entrance title={texts("nothingHere")}>
      <p className="text-quiet">{texts("nothingHereHint")}</p>
      {/* No Link: every page carries what this one needs, and Link’s script would be there twice. */}
      <a href="/" className={quietButton}>
        {texts("toPictures")}
      </a>
    </Entrance>
  );
}
