import { offeredAlbums } from "@/lib/uploads/client/queue/album-wish";
import type { UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { toast } from "../_ui/toaster";
import { textButton } from "./text-button";
import { albumOffer, albumsMade } from "./wording";

/** What came in folders may stay together. */
export function AlbumOffer({ items, queue }: { items: UploadItem[]; queue: UploadQueue }) {
  const names = offeredAlbums(items);
  if (names.length === 0) return null;
  const makeAlbums = () => {
    queue.makeAlbums();
    toast(albumsMade(names));
  };
  return (
    <div className="flex items-center gap-x-1 pr-2 pb-1 pl-4 text-sm">
      <p className="mr-auto line-clamp-3 min-w-0 wrap-anywhere" title={names.join("\n")}>
        {albumOffer(names)}
      </p>
      <button type="button" className={textButton} onClick={makeAlbums}>
        {names.length === 1 ? "Make album" : "Make albums"}
      </button>
      <button type="button" className={textButton} onClick={() => queue.makeNoAlbums()}>
        No
      </button>
    </div>
  );
}
