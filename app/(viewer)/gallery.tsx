"use client";

import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { GalleryImage, GalleryPage } from "@/lib/images/contract";
import { formatMonth } from "@/lib/texts/formats";
import type { AnyLanguage } from "@/lib/texts/languages";
import { useLanguage, useTexts } from "../_texts/provider";
import { quietButton } from "../_ui/styles";
import { textOf } from "./cursor";
import { useDeleteImage } from "./deletion";
import { useGalleryChanges } from "./gallery-changes";
import { firstRows, ratioOf, shareOfRow } from "./row";
import { Tile } from "./tile";
import { useFurtherPages } from "./use-further-pages";
import { useGalleryList } from "./use-gallery-list";
import { useWhenNear } from "./use-when-near";

/** Of thousands that were just added, those that nobody has scrolled to would only take memory. */
const tilesPerStep = 200;

interface GalleryProps {
  first: GalleryPage;
  /** Whether what is added in this tab belongs here. */
  takesAdded: boolean;
  /** whose pictures they are, by id; null for all there are */
  album: string | null;
  /** Shown where there are no pictures. */
  empty: ReactNode;
}

/** Pictures, newest first: justified rows under a heading for each month, further pages as one scrolls. */
export function Gallery({ first, takesAdded, album, empty }: GalleryProps) {
  const texts = useTexts("gallery");
  const frame = useTexts("frame");
  const language = useLanguage();
  const deleteImage = useDeleteImage();
  const { images, next, failed, loadMore } = useFurtherPages(
    first,
    album === null ? "/images" : `/albums/${album}/images`,
  );
  const fetchedFirst = useMemo(() => firstRows(first.images), [first.images]);
  const { added, removed } = useGalleryChanges();
  const [most, setMost] = useState(tilesPerStep);
  const all = useMemo(() => {
    // What was just added belongs above the last picture shown; what is older comes with its page.
    const oldest = next === null ? undefined : images.at(-1);
    const inReach = [...added.values()].filter((image) => !oldest || newestFirst(image, oldest) < 0);
    return merge(images, takesAdded ? inReach : [], removed);
  }, [images, next, added, removed, takesAdded]);
  const list = useGalleryList(all, next !== null, loadMore, album);
  const months = useMemo(() => byMonth(all.slice(0, most), language), [all, most, language]);
  const older = all.length > most ? all[most - 1] : next;
  const showMore = useCallback(() => {
    if (all.length > most) setMost(most + tilesPerStep);
    else void loadMore();
  }, [all.length, most, loadMore]);
  const sentinel = useWhenNear(failed ? null : showMore);

  if (months.length === 0 && next === null) return empty;
  return (
    <>
      <ul
        aria-label={texts("list")}
        className="flex flex-wrap gap-x-1 [--row:6rem] sm:[--row:11rem] lg:[--row:14rem]"
      >
        {months.map((month) => (
          // A month of few pictures shares its line with the next one.
          <li key={month.name} className="min-w-36" style={shareOfRow(month.ratio, month.images.length - 1)}>
            <h2 className="sticky top-0 z-10 truncate bg-page/90 px-3 py-2.5 text-sm font-medium text-quiet backdrop-blur-sm">
              {month.name}
            </h2>
            <ul className="flex flex-wrap gap-1 pb-4">
              {month.images.map((image) => (
                <Tile
                  key={image.id}
                  image={image}
                  album={album}
                  lazy={!fetchedFirst.has(image.id)}
                  onDelete={deleteImage}
                  list={list}
                />
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {older ? (
        <div ref={sentinel} className="grid justify-center gap-2 p-8 text-center">
          {failed ? <p className="text-sm text-quiet">{texts("olderFailed")}</p> : null}
          <a
            href={`?before=${textOf(older)}`}
            className={quietButton}
            onClick={(event) => {
              event.preventDefault();
              showMore();
            }}
          >
            {failed ? frame("tryAgain") : texts("older")}
          </a>
        </div>
      ) : null}
    </>
  );
}

/** As the server has them. */
const newestFirst = (a: GalleryImage, b: GalleryImage): number =>
  b.capturedAt - a.capturedAt || descending(a.capturedOrder, b.capturedOrder) || descending(a.id, b.id);

const descending = (a: string, b: string): number => Number(a < b) - Number(a > b);

function merge(images: GalleryImage[], added: GalleryImage[], removed: ReadonlySet<string>): GalleryImage[] {
  const all = new Map([...added, ...images].map((image) => [image.id, image]));
  for (const id of removed) all.delete(id);
  return [...all.values()].sort(newestFirst);
}

interface Month {
  name: string;
  images: GalleryImage[];
  /** of all its pictures in one row */
  ratio: number;
}

function byMonth(images: GalleryImage[], language: AnyLanguage): Month[] {
  const months: Month[] = [];
  for (const image of images) {
    const name = formatMonth(language, image.capturedAt);
    let month = months.at(-1);
    if (month?.name !== name) {
      month = { name, images: [], ratio: 0 };
      months.push(month);
    }
    month.images.push(image);
    month.ratio += ratioOf(image);
  }
  return months;
}
