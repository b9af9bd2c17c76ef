"use client";

import { ChevronDown, ExternalLink, Pencil } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { offsetOf } from "@/lib/images/clock-time";
import type { ImageWithAlbums } from "@/lib/images/contract";
import { formatBytes, formatMoment } from "@/lib/texts/formats";
import { numberFormat } from "@/lib/texts/intl";
import { Day } from "../../_texts/day";
import { useLanguage, useTexts } from "../../_texts/provider";
import { iconButton, quietButton } from "../../_ui/styles";
import { whenLoaded } from "../when-loaded";
import { useFactWords } from "./fact-words";

/** What is not known has no line. */
export function FactList({ image }: { image: ImageWithAlbums }) {
  const texts = useTexts("image");
  const language = useLanguage();
  const words = useFactWords();
  const { facts, width, height, albums } = image;
  const megapixels = numberFormat(language, { maximumFractionDigits: 1 }).format((width * height) / 1e6);
  const isDateKnown = hasDate(image);
  return (
    <div className="grid gap-3 text-sm">
      <dl className="grid gap-3">
        <Fact name={texts(isDateKnown ? "date" : "added")} action={<EditDate image={image} />}>
          {isDateKnown ? <Moment image={image} /> : <Day at={image.createdAt} />}
        </Fact>
        <Fact name={texts("camera")}>{named(words.camera(facts))}</Fact>
        <Fact name={texts("lens")}>{named(words.lens(facts))}</Fact>
        <Fact name={texts("exposure")}>{words.exposure(facts)}</Fact>
        <Fact name={texts("place")}>{facts.place && <Place place={facts.place} />}</Fact>
        <Fact name={texts("dimensions")}>
          <bdi>{`${width} × ${height}`}</bdi>{" "}
          <span className="text-quiet">{texts("megapixels", { value: megapixels })}</span>
        </Fact>
        <Fact name={texts("type")}>
          <bdi>{image.typeName}</bdi>
        </Fact>
        <Fact name={texts("size")}>
          {texts("sizeInBytes", { size: formatBytes(language, image.bytes), bytes: image.bytes })}
        </Fact>
        <Fact name={texts("albums", { count: albums.length })}>
          {albums.length === 0 ? undefined : <Albums albums={albums} />}
        </Fact>
      </dl>
      <details className="group">
        <summary className="-ms-2 inline-flex min-h-11 cursor-pointer items-center gap-1 rounded-lg px-2 font-medium hover:bg-sunken">
          {texts("more")}
          <ChevronDown aria-hidden size={18} className="transition-transform group-open:rotate-180" />
        </summary>
        <dl className="grid gap-3 pt-1">
          <Fact name={texts("fileName")}>
            <bdi>{image.name}</bdi>
          </Fact>
          <Fact name="SHA-256">
            <bdi className="block font-mono text-xs/5 break-all">{image.sha256}</bdi>
          </Fact>
          {isDateKnown ? (
            <Fact name={texts("added")}>
              <Day at={image.createdAt} />
            </Fact>
          ) : null}
          <Fact name={texts("dateFrom")}>
            <DateFrom image={image} />
          </Fact>
        </dl>
      </details>
    </div>
  );
}

function Fact({ name, action, children }: { name: string; action?: ReactNode; children: ReactNode }) {
  if (children === undefined || children === null || children === "") return null;
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-2">
      <dt className="text-quiet">{name}</dt>
      <dd className="flex min-w-0 items-start gap-1 break-words">
        <div className="min-w-0 flex-1">{children}</div>
        {action}
      </dd>
    </div>
  );
}

const named = (name: string | null) => name && <bdi>{name}</bdi>;

/** A picture that says nothing has the date on which it was added, which is no date of its own. */
const hasDate = ({ isDateEdited, capturedSource, capturedAt, createdAt }: ImageWithAlbums): boolean =>
  isDateEdited || (capturedSource !== "added" && capturedAt !== createdAt);

/** What the camera's clock showed: it is kept as if it were UTC, and read back the same way. */
function Moment({ image: { capturedAt, capturedZoneMinutes } }: { image: ImageWithAlbums }) {
  const texts = useTexts("image");
  const language = useLanguage();
  return (
    <>
      {formatMoment(language, "UTC", capturedAt)}{" "}
      {capturedZoneMinutes === null ? null : (
        <span className="block text-xs/5 text-quiet">
          {texts("zone", { offset: offsetOf(capturedZoneMinutes) })}
        </span>
      )}
    </>
  );
}

function EditDate({ image: { id, bytes } }: { image: ImageWithAlbums }) {
  const texts = useTexts("image");
  const open = () => whenLoaded(import("./edit-date"), ({ openEditDate }) => openEditDate([{ id, bytes }]));
  return (
    <button
      type="button"
      className={`${iconButton} -my-3 -me-2`}
      aria-label={texts("editDate")}
      title={texts("editDate")}
      onClick={() => void open()}
    >
      <Pencil aria-hidden size={18} />
    </button>
  );
}

function DateFrom({ image: { isDateEdited, capturedSource } }: { image: ImageWithAlbums }) {
  const texts = useTexts("image");
  if (isDateEdited) return texts("dateFromYou");
  switch (capturedSource) {
    case "picture":
      return texts("dateOfPicture");
    case "sidecar":
      return texts("dateFromBeside");
    case "file":
      return texts("dateOfFile");
    case "added":
      return texts("dateOfAdding");
  }
}

/** Nothing is fetched from there until someone opens it. */
function Place({ place }: { place: NonNullable<ImageWithAlbums["facts"]["place"]> }) {
  const texts = useTexts("image");
  const words = useFactWords();
  const { latitude, longitude } = place;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  return (
    <div className="grid justify-items-start gap-2">
      <p>
        <bdi className="tabular-nums">{words.coordinates(place)}</bdi>
        {place.altitudeMetres === undefined ? null : (
          <span className="block text-xs/5 text-quiet">{words.altitude(place.altitudeMetres)}</span>
        )}
      </p>
      <a href={map} target="_blank" rel="noreferrer" className={quietButton} title={texts("openMapHint")}>
        <ExternalLink aria-hidden size={18} />
        {texts("openMap")}
      </a>
    </div>
  );
}

function Albums({ albums }: Pick<ImageWithAlbums, "albums">) {
  return (
    <ul className="-my-3">
      {albums.map(({ id, name }) => (
        <li key={id}>
          <Link
            href={`/albums/${id}` as Route}
            prefetch={false}
            className="inline-flex min-h-11 items-center underline decoration-line underline-offset-4 hover:decoration-current"
          >
            <bdi>{name}</bdi>
          </Link>
        </li>
      ))}
    </ul>
  );
}
