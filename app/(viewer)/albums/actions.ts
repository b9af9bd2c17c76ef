"use server";

import { userAction } from "@/lib/actions";
import {
  albumIdShape,
  deleteAlbum,
  renameAlbum,
  renameAlbumShape,
  restoreAlbum,
  restoreAlbumShape,
} from "@/lib/albums/albums";

export const rename = userAction(renameAlbumShape, renameAlbum);
export const remove = userAction(albumIdShape, deleteAlbum);
export const restore = userAction(restoreAlbumShape, restoreAlbum);
