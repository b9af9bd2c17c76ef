import type { ReactNode } from "react";
import { offsetOf } from "@/lib/images/clock-time";
import type { ImageDetails } from "@/lib/images/contract";
import { formatOf } from "@/lib/images/formats/table";
import { formatBytes, formatMoment } from "@/lib/texts/formats";
import { Day } from "../../../_texts/day";
import { currentLanguage, getTexts } from "../../../_texts/request";

/** What is known of a picture; what is not has no line. */
export async function Facts({ image }: { image: ImageDetails }) {
  const texts = await getTexts("image");
  const language = await currentLanguage();
  const size = formatBytes(language, image.bytes);
  const facts: [string, ReactNode][] = [
    image.capturedSource === "added" || image.capturedAt === image.createdAt
      ? [texts("added"), <Day key="added" at={image.createdAt} />]
      : [texts("date"), <Moment key="date" image={image} />],
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

/** What the camera's clock showed: it is kept as if it were UTC, and read back the same way. */
async function Moment({ image }: { image: ImageDetails }) {
  const texts = await getTexts("image");
  const moment = formatMoment(await currentLanguage(), "UTC", image.capturedAt);
  const zone = image.capturedZoneMinutes;
  if (image.capturedSource === "picture" && zone === null) return moment;
  return (
    <>
      {moment}{" "}
      <span className="block text-xs/5 text-quiet">
        {image.capturedSource === "picture"
          ? texts("zone", { offset: offsetOf(zone ?? 0) })
          : texts(image.capturedSource === "file" ? "dateOfFile" : "dateFromBeside")}
      </span>
    </>
  );
}
