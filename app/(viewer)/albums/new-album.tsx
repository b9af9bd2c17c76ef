"use client";

import { FolderPlus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTexts } from "../../_texts/provider";
import { primaryButton, quietButton } from "../../_ui/styles";
import { NameForm } from "./name-form";
import { Sheet } from "./sheet";

/** Makes an empty album, and goes there. */
export function NewAlbum({ isQuiet = false }: { isQuiet?: boolean }) {
  const texts = useTexts("album");
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button
        type="button"
        className={isQuiet ? quietButton : primaryButton}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <FolderPlus aria-hidden size={18} />
        {texts("newAlbum")}
      </button>
      {isOpen ? (
        <Sheet title={texts("newAlbum")} onClose={close}>
          <NameForm
            name=""
            imageIds={[]}
            onMade={({ id }) => {
              close();
              router.push(`/albums/${id}`);
            }}
            onCancel={close}
            instead={({ id, name }) => (
              <Link
                href={`/albums/${id}`}
                prefetch={false}
                className={`${quietButton} max-w-full`}
                onClick={close}
              >
                <span className="truncate">{texts("open", { name })}</span>
              </Link>
            )}
          />
        </Sheet>
      ) : null}
    </>
  );
}
