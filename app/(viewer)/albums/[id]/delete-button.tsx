"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { type DeletedAlbum, maxImagesPerCall } from "@/lib/albums/contract";
import { dangerButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { remove, restore } from "../actions";

/** Deletes without asking: the toast can undo it. */
export function DeleteButton({ id }: { id: string }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const undo = async (album: DeletedAlbum) => {
    toast((await restoreAll(album)) ?? `“${album.name}” is back.`);
    router.refresh();
  };
  const onClick = () =>
    startTransition(async () => {
      const result = await remove(id);
      if (!result.ok) return toast(result.error.message);
      const { name } = result.value;
      toast(`“${name}” is deleted. Its pictures stay.`, {
        label: "Undo",
        run: () => void undo(result.value),
      });
      router.push("/albums");
    });
  return (
    <button type="button" className={dangerButton} onClick={onClick} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      Delete album
    </button>
  );
}

/** As many calls as its pictures need, at least one. What went wrong, or null. */
async function restoreAll(album: DeletedAlbum): Promise<string | null> {
  let done = 0;
  do {
    const imageIds = album.imageIds.slice(done, done + maxImagesPerCall);
    const result = await restore({ ...album, imageIds });
    if (!result.ok) return result.error.message;
    done += maxImagesPerCall;
  } while (done < album.imageIds.length);
  return null;
}
