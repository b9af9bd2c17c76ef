import {
  CalendarDays,
  Download,
  Ellipsis,
  FolderMinus,
  FolderPlus,
  Heart,
  HeartOff,
  type LucideIcon,
  Trash2,
} from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import type { PictureSize } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { titleOfPage } from "../../_ui/tab-title";
import { downloadPictures } from "../_download/download";
import { whenLoaded } from "../when-loaded";
import { listOnPage } from "./lists";
import { selection, useSelection } from "./selection";
import { areFavourites, deleteSelected, favourSelected } from "./verbs";

interface Action {
  key: string;
  label: string;
  icon: LucideIcon;
  /** On a phone it stands under “More”. */
  isSeldom?: boolean;
  isDanger?: boolean;
  run(): unknown;
}

const chosen = (): PictureSize[] => [...selection().values()];

/** What can be done with what is selected: all of it in a row, and on a phone what is seldom wanted under “More”. `leave` ends selecting. */
export function SelectionActions({ leave }: { leave(): void }) {
  const texts = useTexts("selection");
  const actions = useActions(leave);
  const [isOpen, setOpen] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const close = (event: KeyboardEvent) => {
    if (!isOpen || event.key !== "Escape") return;
    event.preventDefault();
    setOpen(false);
    more.current?.focus();
  };
  const seldom = actions.filter(({ isSeldom }) => isSeldom);
  return (
    <fieldset className="selection-actions" onKeyDown={close} aria-label={texts("actions")}>
      {actions.map((action) => (
        <ActionButton key={action.key} action={action} className={action.isSeldom ? "max-md:hidden" : ""} />
      ))}
      <button
        ref={more}
        type="button"
        className="selection-action md:hidden"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Ellipsis aria-hidden size={20} />
        {texts("more")}
      </button>
      {isOpen ? (
        <div className="selection-more md:hidden">
          {seldom.map((action) => (
            <ActionButton key={action.key} action={action} className="" onRun={() => setOpen(false)} />
          ))}
        </div>
      ) : null}
    </fieldset>
  );
}

function ActionButton({
  action: { label, icon: Icon, isDanger, run },
  className,
  onRun,
}: {
  action: Action;
  className: string;
  onRun?: () => void;
}) {
  return (
    <button
      type="button"
      className={`selection-action ${isDanger ? "text-danger" : ""} ${className}`}
      onClick={() => {
        onRun?.();
        void run();
      }}
    >
      <Icon aria-hidden size={20} />
      {label}
    </button>
  );
}

function useActions(leave: () => void): Action[] {
  const texts = useTexts("selection");
  useSelection();
  const album = listOnPage()?.album ?? null;
  const isFavourite = areFavourites();
  return [
    {
      key: "album",
      label: texts("addToAlbum"),
      icon: FolderPlus,
      run: () =>
        whenLoaded(import("../albums/add-to-album"), async ({ openAddToAlbum }) => {
          if (await openAddToAlbum(chosen())) leave();
        }),
    },
    {
      key: "favourite",
      label: isFavourite ? texts("unfavourite") : texts("favourite"),
      icon: isFavourite ? HeartOff : Heart,
      run: () => favourSelected(!isFavourite),
    },
    {
      key: "download",
      label: texts("download"),
      icon: Download,
      // At once: the browser asks where to put it only while it knows that a person wanted it.
      run: () => downloadPictures(chosen(), zipName()),
    },
    {
      key: "date",
      label: texts("editDate"),
      icon: CalendarDays,
      isSeldom: true,
      run: () => whenLoaded(import("../_facts/edit-date"), (module) => module.openEditDate(chosen())),
    },
    ...(album === null
      ? []
      : [
          {
            key: "remove",
            label: texts("removeFromAlbum"),
            icon: FolderMinus,
            isSeldom: true,
            run: () =>
              whenLoaded(import("../albums/remove-from-album"), (module) =>
                module.removeFromAlbum(album, chosen()),
              ),
          },
        ]),
    { key: "delete", label: texts("delete"), icon: Trash2, isDanger: true, run: deleteSelected },
  ];
}

/** The name of the place: of an album, its own. */
const zipName = (): string => titleOfPage().replace(/ · Pail$/, "");
