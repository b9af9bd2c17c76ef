import { Images } from "lucide-react";
import type { ListedAlbum } from "@/lib/albums/contract";
import { useTexts } from "../../_texts/provider";
import { Thumb } from "../../_ui/thumb";

interface AlbumChoiceProps {
  album: ListedAlbum;
  className: string;
  disabled: boolean;
  onChoose(): void;
}

/** An album among others to choose from. */
export function AlbumChoice({
  album: { name, count, cover },
  className,
  disabled,
  onChoose,
}: AlbumChoiceProps) {
  const texts = useTexts("albums");
  return (
    <li className="min-w-0">
      <button type="button" data-choice className={className} disabled={disabled} onClick={onChoose}>
        <span className="relative grid size-12 shrink-0 place-content-center overflow-hidden rounded-lg bg-sunken text-quiet">
          {cover === null ? (
            <Images aria-hidden size={20} strokeWidth={1.5} />
          ) : (
            <Thumb image={cover} alt="" lazy />
          )}
        </span>
        <span className="min-w-0">
          <bdi className="block truncate">{name}</bdi>
          <span className="block text-sm text-quiet">{texts("count", { count })}</span>
        </span>
      </button>
    </li>
  );
}
