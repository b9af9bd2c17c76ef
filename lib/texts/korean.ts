import { adding } from "./ko/adding";
import { album } from "./ko/album";
import { albums } from "./ko/albums";
import { download } from "./ko/download";
import { entrance } from "./ko/entrance";
import { errors, waiting } from "./ko/errors";
import { frame } from "./ko/frame";
import { gallery } from "./ko/gallery";
import { image } from "./ko/image";
import { phone } from "./ko/phone";
import { places } from "./ko/places";
import { search } from "./ko/search";
import { selection } from "./ko/selection";
import { settings } from "./ko/settings";
import { storage } from "./ko/storage";
import { timeline } from "./ko/timeline";
import { trash } from "./ko/trash";
import { tray } from "./ko/tray";
import { upload } from "./ko/upload";
import { viewer } from "./ko/viewer";
import { translation } from "./translation";

/** Polite 해요체 throughout; buttons are short nouns or verbs. */
export const korean = translation({
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
});
