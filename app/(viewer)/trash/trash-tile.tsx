import Link from "next/link";
import type { TrashedImage } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { Thumb } from "../../_ui/thumb";
import { imagePath } from "../image-path";

/** One picture of the trash: the link shows it large, the box selects it. */
export function TrashTile(props: { image: TrashedImage; isChosen: boolean; onToggle(): void }) {
  const { image, isChosen, onToggle } = props;
  const texts = useTexts("trash");
  return (
    <li data-trashed className="relative min-w-0">
      <Link
        href={imagePath(image.id, null)}
        prefetch={false}
        className={`relative block aspect-square overflow-hidden outline-offset-[-2px] ${isChosen ? "opacity-60" : ""}`}
      >
        <Thumb image={image} lazy />
      </Link>
      <label className="absolute start-0 top-0 inline-flex size-11 cursor-pointer items-center justify-center">
        <span className="sr-only">{texts("select", { title: image.title })}</span>
        <input
          type="checkbox"
          name="id"
          value={image.id}
          checked={isChosen}
          onChange={onToggle}
          className="size-5 accent-accent shadow-[0_0_0_2px_var(--page)] focus-visible:outline-offset-4"
        />
      </label>
      <p className="truncate px-1 pt-1 text-sm text-quiet">{texts("daysLeft", { days: image.daysLeft })}</p>
    </li>
  );
}
