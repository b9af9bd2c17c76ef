import { goalsOf, offeredAlbums } from "@/lib/uploads/client/queue/album-wish";
import type { UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useTexts } from "../_texts/provider";
import { toast } from "../_ui/toaster";
import { textButton } from "./text-button";

/** What came in folders may stay together. */
export function AlbumOffer({ items, queue }: { items: UploadItem[]; queue: UploadQueue }) {
  const texts = useTexts("tray");
  const names = offeredAlbums(items);
  const [first] = names;
  if (first === undefined) return <AlbumGoal items={items} />;
  const makeAlbums = () => {
    queue.makeAlbums();
    toast(texts("albumsMade", { first, albums: names.length }));
  };
  return (
    <div className="flex items-center gap-x-1 pe-2 pb-1 ps-4 text-sm">
      <p className="me-auto line-clamp-3 min-w-0 wrap-anywhere" title={names.join("\n")}>
        {texts("albumOffer", { first, more: names.length - 1 })}
      </p>
      <button type="button" className={textButton} onClick={makeAlbums}>
        {texts("makeAlbums", { albums: names.length })}
      </button>
      <button type="button" className={textButton} onClick={() => queue.makeNoAlbums()}>
        {texts("makeNoAlbums")}
      </button>
    </div>
  );
}

/** Into which album the pictures go that were chosen for one. */
function AlbumGoal({ items }: { items: UploadItem[] }) {
  const texts = useTexts("tray");
  const [first, ...more] = goalsOf(items);
  if (first === undefined) return null;
  return (
    <p className="line-clamp-3 px-4 pb-2.5 text-sm wrap-anywhere">
      {texts("goesInto", { name: first.name, more: more.length })}
    </p>
  );
}
