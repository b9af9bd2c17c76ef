"use server";

import { userAction } from "@/lib/actions";
import { albumIdShape, listAlbums, listAlbumsShape } from "@/lib/albums/albums";
import { albumChangeShape, changeAlbum } from "@/lib/albums/changing";
import {
  addPictures,
  addPicturesShape,
  makeAlbum,
  makeAlbumShape,
  putBack,
  putBackShape,
  removePictures,
} from "@/lib/albums/filling";
import { handOrderShape, listByHand, movePictures, moveShape } from "@/lib/albums/order";
import { deleteAlbum, restoreAlbum } from "@/lib/albums/trash";

export const list = userAction(listAlbumsShape, listAlbums);
export const make = userAction(makeAlbumShape, makeAlbum);
export const change = userAction(albumChangeShape, changeAlbum);
export const add = userAction(addPicturesShape, addPictures);
export const takeOut = userAction(addPicturesShape, removePictures);
export const takeBack = userAction(putBackShape, putBack);
export const move = userAction(moveShape, movePictures);
export const byHand = userAction(handOrderShape, listByHand);
export const remove = userAction(albumIdShape, deleteAlbum);
export const restore = userAction(albumIdShape, restoreAlbum);
