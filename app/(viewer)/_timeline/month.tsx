import { type CSSProperties, useId } from "react";
import { formatMonth, formatShortMonth } from "@/lib/texts/formats";
import { useLanguage } from "../../_texts/provider";
import { SelectMonth } from "../_selection/select-month";
import { hasFiller, monthInFlow } from "./flow";
import type { SectionFrame } from "./frame";
import type { PictureList } from "./picture-list";
import type { Section } from "./pictures";
import { Tile } from "./tile";

interface MonthProps {
  section: Section;
  /** its place among the months, counted from one, and how many there are */
  number: number;
  of: number;
  /** null: the page is laid out by CSS */
  frame: SectionFrame | null;
  list: PictureList;
  fetchedFirst: ReadonlySet<string>;
  rowHeight: number;
}

/** A month's heading and its pictures, as far as they are near the window. */
export function Month({ section, number, of, frame, list, fetchedFirst, rowHeight }: MonthProps) {
  const id = useId();
  const { startsAt, count, first, ratios } = section;
  const tiles =
    frame?.tiles ??
    section.chunks
      .flatMap(({ images }) => images ?? [])
      .map((image, n) => ({ image, index: first + n, top: null, start: 0, width: 0, height: 0 }));
  return (
    <li
      aria-posinset={number}
      aria-setsize={of}
      className={frame === null ? "min-w-0" : "absolute"}
      style={frame === null ? monthInFlow(section) : placeOf(frame)}
    >
      {startsAt === null ? null : (
        <MonthHeading id={id} startsAt={startsAt} isNarrow={ratios < 2}>
          <SelectMonth list={list} from={first} to={first + count - 1} />
        </MonthHeading>
      )}
      <ul
        aria-labelledby={startsAt === null ? undefined : id}
        className={
          frame === null
            ? `flex flex-wrap items-start gap-x-1 pb-4 ${hasFiller(ratios) ? "after:h-0 after:grow-[1000000] after:basis-[35%] after:content-['']" : ""}`
            : undefined
        }
      >
        {tiles.map(({ image, index, top, start, width, height }) => (
          <Tile
            key={image.id}
            {...{ image, index, list, ratios, top, start, width, height }}
            number={index - first + 1}
            of={count}
            lazy={!fetchedFirst.has(image.id)}
          />
        ))}
        {frame?.blanks.map((blank) => (
          <li
            key={`blank ${blank.top}`}
            aria-hidden
            data-blank
            className="timeline-blank absolute"
            style={{ ...blank, insetInlineStart: 0, "--blank": `${rowHeight}px` } as CSSProperties}
          />
        ))}
      </ul>
    </li>
  );
}

const placeOf = ({ top, start, width, height }: SectionFrame): CSSProperties => ({
  top,
  insetInlineStart: start,
  width,
  height,
});

function MonthHeading(props: { id: string; startsAt: number; isNarrow: boolean; children: React.ReactNode }) {
  const { id, startsAt, isNarrow, children } = props;
  const language = useLanguage();
  const name = formatMonth(language, startsAt);
  return (
    <div className="sticky top-(--frame-top,0px) z-10 @container flex h-11 items-center bg-page/90 ps-3 text-sm font-medium text-quiet backdrop-blur-sm">
      <h2 id={id} title={isNarrow ? name : undefined} className="min-w-0 truncate">
        {isNarrow ? (
          <>
            <span className="@max-[10.5rem]:sr-only">{name}</span>
            <span aria-hidden className="@min-[10.5rem]:hidden">
              {formatShortMonth(language, startsAt)}
            </span>
          </>
        ) : (
          name
        )}
      </h2>
      {children}
    </div>
  );
}
