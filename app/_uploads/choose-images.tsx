"use client";

import { Camera, FolderOpen, ImagePlus, type LucideIcon } from "lucide-react";
import { type ComponentProps, useCallback, useEffect, useId, useRef } from "react";
import { acceptedFiles } from "@/lib/images/contract";
import { iconButton, primaryButton } from "../_ui/styles";
import { isForFileManagers } from "./dropped-files";
import { useAddFiles } from "./uploads";

/** The button that opens the file dialog. The page has one in its header; `another` is for further places. */
export function ChooseImages({ another = false }: { another?: boolean }) {
  const { id, input, take } = useChosenFiles();
  return (
    <div className="relative">
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        accept={acceptedFiles}
        className="peer absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={take}
      />
      <label htmlFor={id} className={`${primaryButton} px-4 ${focusOfInput}`}>
        <ImagePlus aria-hidden size={18} />
        {another ? "Choose pictures" : <span className="max-sm:sr-only">Choose images</span>}
      </label>
      <noscript>
        <a href="/upload" className="absolute inset-0 rounded-full">
          <span className="sr-only">Upload a picture</span>
        </a>
      </noscript>
    </div>
  );
}

/** On a phone; its file dialog does not offer the camera everywhere. */
export function TakePicture() {
  return (
    <IconInput
      label="Take a picture"
      icon={Camera}
      className="hidden pointer-coarse:inline-flex"
      attributes={{ accept: "image/*", capture: "environment" }}
    />
  );
}

/** Where there are folders to choose: phones have none. */
export function ChooseFolder() {
  return (
    <IconInput
      label="Choose a folder"
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
  const { id, input, take } = useChosenFiles();
  return (
    <div className={`relative ${className}`} title={label}>
      <input
        ref={input}
        id={id}
        type="file"
        className="peer absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={take}
        {...attributes}
      />
      <label
        htmlFor={id}
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
  const add = useAddFiles();
  const input = useRef<HTMLInputElement>(null);
  const take = useCallback(() => {
    if (add === null || input.current === null) return;
    add([...(input.current.files ?? [])].filter(({ name }) => !isForFileManagers(name)));
    // So that choosing the same files again is a change again.
    input.current.value = "";
  }, [add]);
  // What was chosen before the script had started waits in the field.
  useEffect(take, [take]);
  return { id, input, take };
}
