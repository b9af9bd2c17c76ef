import { adding } from "./en/adding";
import { album } from "./en/album";
import { albums } from "./en/albums";
import { download } from "./en/download";
import { entrance } from "./en/entrance";
import { errors, waiting } from "./en/errors";
import { frame } from "./en/frame";
import { gallery } from "./en/gallery";
import { image } from "./en/image";
import { phone } from "./en/phone";
import { places } from "./en/places";
import { search } from "./en/search";
import { selection } from "./en/selection";
import { settings } from "./en/settings";
import { storage } from "./en/storage";
import { timeline } from "./en/timeline";
import { trash } from "./en/trash";
import { tray } from "./en/tray";
import { upload } from "./en/upload";
import { viewer } from "./en/viewer";

/** Every sentence for people, as ICU messages by place. The keys, and the values that a message takes, follow from these. */
export const english = {
  frame,
  places,
  entrance,
  adding,
  gallery,
  timeline,
  image,
  album,
  albums,
  search,
  selection,
  settings,
  upload,
  storage,
  trash,
  tray,
  viewer,
  download,
  phone,
  errors,
  waiting,
} as const;

export type English = typeof english;
/** A place, whose messages travel to the browser together. */
export type Namespace = keyof English;
