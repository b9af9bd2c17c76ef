import type { ReactNode } from "react";
import { formatOf } from "@/lib/images/formats/table";
import type { ImageDetails } from "@/lib/images/image";
import { formatBytes, formatMoment } from "@/lib/texts/formats";
import { Day } from "../../../_texts/day";
import { currentLanguage, getTexts } from "../../../_texts/request";

/** What is known of a picture; what is not has no line. */
export async function Facts({ image }: { image: ImageDetails }) {
  const texts = await getTexts("image");
  const language = await currentLanguage();
  const size = formatBytes(language, image.bytes);
  const facts: [string, ReactNode][] = [
    image.capturedAt === image.createdAt
      ? [texts("added"), <Day key="added" at={image.createdAt} />]
      : // A camera writes the time on its own clock; it is kept as if it were UTC, and read back the same way.
        [texts("date"), formatMoment(language, "UTC", image.capturedAt)],
    [texts("camera"), image.facts.model],
    [texts("type"), formatOf(image.type).name],
    [texts("dimensions"), `${image.width} × ${image.height}`],
    [texts("size"), texts("sizeInBytes", { size, bytes: image.bytes })],
    [texts("fileName"), image.name],
    ["SHA-256", image.sha256],
  ];
  return (
    <dl className="grid gap-3 text-sm">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name} className="grid grid-cols-[6.5rem_1fr] gap-2">
            <dt className="text-quiet">{name}</dt>
            <dd className={name === "SHA-256" ? "font-mono text-xs/5 break-all" : "break-words"}>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}
