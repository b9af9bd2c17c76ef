import type { ReactNode } from "react";
import { getTexts } from "../_texts/request";
import { Glyph, plusPath } from "../_ui/glyph";
import { icons } from "../_ui/icons";
import { Panel } from "../_ui/panel";
import { menuRow, primaryButton } from "../_ui/styles";
import { FileInput } from "./file-input";
import { PlainFormLink } from "./plain-form-link";

/**
 * How pictures come here by a button. On a desktop one click opens the file dialog, and what stands beside it has the other ways;
 * in the bar of a phone, where the camera is as likely, one tap shows them all.
 */
export async function Add({ accept }: { accept: string }) {
  const texts = await getTexts("adding");
  return (
    <div className="relative flex has-[>div>input:focus-visible]:rounded-full has-[>div>input:focus-visible]:outline-2 has-[>div>input:focus-visible]:outline-offset-2 has-[>div>input:focus-visible]:outline-accent max-sm:min-w-0 max-sm:flex-1">
      {/* In the bar it is for the keyboard: a finger goes through it to the button. */}
      <div className="relative max-sm:pointer-events-none max-sm:absolute max-sm:inset-0">
        <FileInput id="choose-pictures" multiple accept={accept} />
        <label htmlFor="choose-pictures" className="sr-only">
          {texts("choosePictures")}
        </label>
        <label
          htmlFor="choose-pictures"
          className={`${primaryButton} rounded-e-none ps-4 pe-3 peer-hover:opacity-90 max-sm:hidden`}
        >
          <Glyph path={plusPath} sizePx={18} />
          {texts("add")}
        </label>
      </div>
      <button
        type="button"
        popoverTarget="add"
        className="bar-item sm:rounded-s-none sm:rounded-e-full sm:border sm:border-transparent sm:border-s-page/40 sm:bg-accent sm:px-2.5 sm:text-on-accent sm:hover:text-on-accent sm:hover:opacity-90"
      >
        <span className="bar-icon">
          <Glyph path={plusPath} sizePx={20} />
        </span>
        <span className="bar-word sm:hidden">{texts("add")}</span>
        <span className="sr-only max-sm:hidden">{texts("moreWays")}</span>
        <Glyph path={icons.more} sizePx={16} className="max-sm:hidden" />
      </button>
      <Panel id="add" label={texts("add")} className="sm:w-64">
        <Way id="add-from-device" word={texts("fromDevice")} icon={icons.addPicture}>
          <FileInput id="add-from-device" multiple accept={accept} />
        </Way>
        {/* Where there are folders to choose: phones have none. */}
        <Way
          id="add-folder"
          word={texts("chooseFolder")}
          icon={icons.folder}
          className="hidden sm:pointer-fine:block"
        >
          <FileInput id="add-folder" webkitdirectory="" />
        </Way>
        {/* On a phone; its file dialog does not offer the camera everywhere. */}
        <Way
          id="add-photograph"
          word={texts("takePicture")}
          icon={icons.camera}
          className="hidden pointer-coarse:block"
        >
          <FileInput id="add-photograph" accept="image/*" capture="environment" />
        </Way>
      </Panel>
      <PlainFormLink />
    </div>
  );
}

interface WayProps {
  /** of the field that its word is the label of */
  id: string;
  word: string;
  icon: string;
  className?: string;
  children: ReactNode;
}

function Way({ id, word, icon, className = "", children }: WayProps) {
  return (
    <div className={`relative ${className}`}>
      {children}
      <label
        htmlFor={id}
        className={`${menuRow} peer-hover:bg-sunken peer-focus-visible:outline-2 peer-focus-visible:outline-accent`}
      >
        <Glyph path={icon} sizePx={18} className="text-quiet" />
        {word}
      </label>
    </div>
  );
}
