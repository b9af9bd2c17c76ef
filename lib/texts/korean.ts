import { adding } from "./ko/adding";
import { album } from "./ko/album";
import { albums } from "./ko/albums";
import { entrance } from "./ko/entrance";
import { errors, waiting } from "./ko/errors";
import { frame } from "./ko/frame";
import { gallery } from "./ko/gallery";
import { image } from "./ko/image";
import { selection } from "./ko/selection";
import { settings } from "./ko/settings";
import { storage } from "./ko/storage";
import { tray } from "./ko/tray";
import { upload } from "./ko/upload";
import { translation } from "./translation";

/** Polite 해요체 throughout; buttons are short nouns or verbs. */
export const korean = translation({
  frame,
  entrance,
  adding,
  gallery,
  image,
  album,
  albums,
  selection,
  settings,
  upload,
  storage,
  tray,
  errors,
  waiting,
});
