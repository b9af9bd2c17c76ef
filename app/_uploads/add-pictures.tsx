"use client";

import { Camera, FolderOpen, ImagePlus, type LucideIcon } from "lucide-react";
import { type ComponentProps, useCallback, useEffect, useId, useRef } from "react";
import { useTexts } from "../_texts/provider";
import { iconButton, primaryButton } from "../_ui/styles";
import { useTakeFiles } from "./uploads";

interface ChooseImagesProps {
  /** what the file dialog offers: the page says it, so that its scripts need not know the formats */
  accept: string;
  another?: boolean;
}

/** The button that opens the file dialog. The page has one in its header; `another` is for further places. */
export function ChooseImages({ accept, another = false }: ChooseImagesProps) {
  const texts = useTexts("adding");
  const field = useChosenFiles();
  return (
    <div className="relative">
      <input
        {...field}
        type="file"
        multiple
        accept={accept}
        className="peer absolute inset-0 size-full cursor-pointer opacity-0"
      />
      <label htmlFor={field.id} className={`${primaryButton} px-4 ${focusOfInput}`}>
        <ImagePlus aria-hidden size={18} />
        {another ? texts("addPictures") : <span className="max-sm:sr-only">{texts("choosePictures")}</span>}
      </label>
      <noscript>
        <a href="/upload" className="absolute inset-0 rounded-full">
          <span className="sr-only">{texts("plainForm")}</span>
        </a>
      </noscript>
    </div>
  );
}

/** On a phone; its file dialog does not offer the camera everywhere. */
export function TakePicture() {
  const texts = useTexts("adding");
  return (
    <IconInput
      label={texts("takePicture")}
      icon={Camera}
      className="hidden pointer-coarse:inline-flex"
      attributes={{ accept: "image/*", capture: "environment" }}
    />
  );
}

/** Where there are folders to choose: phones have none. */
export function ChooseFolder() {
  const texts = useTexts("adding");
  return (
    <IconInput
      label={texts("chooseFolder")}
      icon={FolderOpen}
      className="hidden sm:pointer-fine:inline-flex"
      attributes={{ webkitdirectory: "" }}
    />
  );
}

interface IconInputProps {
  label: string;
  icon: LucideIcon;
  className: string;
  attributes: ComponentProps<"input"> & { webkitdirectory?: string };
}

function IconInput({ label, icon: Icon, className, attributes }: IconInputProps) {
  const field = useChosenFiles();
  return (
    <div className={`relative ${className}`} title={label}>
      <input
        {...field}
        type="file"
        className="peer absolute inset-0 size-full cursor-pointer opacity-0"
        {...attributes}
      />
      <label
        htmlFor={field.id}
        className={`${iconButton} peer-hover:bg-sunken peer-hover:text-text ${focusOfInput}`}
      >
        <span className="sr-only">{label}</span>
        <Icon aria-hidden size={20} />
      </label>
    </div>
  );
}

const focusOfInput =
  "peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent";

function useChosenFiles() {
  const id = useId();
  const { add, prepare } = useTakeFiles();
  const ref = useRef<HTMLInputElement>(null);
  const onChange = useCallback(() => {
    if (ref.current === null) return;
    add([...(ref.current.files ?? [])]);
    // So that choosing the same files again is a change again.
    ref.current.value = "";
  }, [add]);
  // What was chosen before the script had started waits in the field.
  useEffect(onChange, [onChange]);
  return { id, ref, onChange, onPointerEnter: prepare, onFocus: prepare };
}
