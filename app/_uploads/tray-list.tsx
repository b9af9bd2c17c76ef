import { memo, useEffect, useRef, useState } from "react";
import type { UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { TrayRow } from "./tray-row";

const rowsPerBlock = 50;
/** of most rows */
const rowHeightPx = 48;

/** A row for each file, of thousands only those near to what can be seen: the others leave their room. */
export function TrayList({ items, queue }: { items: UploadItem[]; queue: UploadQueue }) {
  const texts = useTexts("tray");
  const starts = Array.from({ length: Math.ceil(items.length / rowsPerBlock) }, (_, n) => n * rowsPerBlock);
  return (
    <div className="max-h-[40dvh] overflow-y-auto overscroll-contain py-1 sm:max-h-80">
      {starts.map((start) => (
        <Block
          key={start}
          label={starts.length === 1 ? texts("files") : texts("filesFrom", { start: start + 1 })}
          items={items.slice(start, start + rowsPerBlock)}
          startsNear={start === 0}
          queue={queue}
        />
      ))}
    </div>
  );
}

interface BlockProps {
  label: string;
  items: UploadItem[];
  startsNear: boolean;
  queue: UploadQueue;
}

const Block = memo(function Block({ label, items, startsNear, queue }: BlockProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isNear, setIsNear] = useState(startsNear);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => setIsNear(entries.at(-1)?.isIntersecting ?? false),
      { root: place.current.parentElement, rootMargin: "1000px 0px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={place} style={isNear ? undefined : { height: items.length * rowHeightPx }}>
      {isNear ? (
        <ul aria-label={label}>
          {items.map((item) => (
            <TrayRow key={item.id} item={item} queue={queue} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}, isSameBlock);

/** The slice is another one each time; what is in it hardly ever. */
function isSameBlock(before: BlockProps, after: BlockProps): boolean {
  return (
    before.label === after.label &&
    before.items.length === after.items.length &&
    before.items.every((item, index) => item === after.items[index])
  );
}
