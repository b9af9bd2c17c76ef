"use client";

import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { type DeletedAlbum, maxImagesPerCall } from "@/lib/albums/contract";
import type { Failure } from "@/lib/errors";
import { useTexts } from "../../../_texts/provider";
import { useWordFailure } from "../../../_texts/use-word-failure";
import { dangerButton } from "../../../_ui/styles";
import { toast } from "../../../_ui/toaster";
import { remove, restore } from "../actions";

/** Deletes without asking: the toast can undo it. */
export function DeleteButton({ id }: { id: string }) {
  const texts = useTexts("albums");
  const frame = useTexts("frame");
  const wordFailure = useWordFailure();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const undo = async (album: DeletedAlbum) => {
    const failure = await restoreAll(album);
    toast(failure === null ? texts("restored", { name: album.name }) : wordFailure(failure));
    router.refresh();
  };
  const onClick = () =>
    startTransition(async () => {
      const result = await remove(id);
      if (!result.ok) return toast(wordFailure(result.error));
      const { name } = result.value;
      toast(texts("deleted", { name }), {
        label: frame("undo"),
        run: () => void undo(result.value),
      });
      router.push("/albums");
    });
  return (
    <button type="button" className={dangerButton} onClick={onClick} disabled={pending}>
      <Trash2 aria-hidden size={18} />
      {texts("delete")}
    </button>
  );
}

/** As many calls as its pictures need, at least one. What went wrong, or null. */
async function restoreAll(album: DeletedAlbum): Promise<Failure | null> {
  let done = 0;
  do {
    const imageIds = album.imageIds.slice(done, done + maxImagesPerCall);
    const result = await restore({ ...album, imageIds });
    if (!result.ok) return result.error;
    done += maxImagesPerCall;
  } while (done < album.imageIds.length);
  return null;
}
