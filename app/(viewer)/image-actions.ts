"use server";

import { userAction } from "@/lib/actions";
import { changeImage, imageChangeShape } from "@/lib/images/image";
import {
  favouriteImages,
  favouriteImagesShape,
  imageIdsShape,
  restoreImages,
  trashImages,
} from "@/lib/images/many";

export const change = userAction(imageChangeShape, changeImage);
export const trashMany = userAction(imageIdsShape, trashImages);
export const restoreMany = userAction(imageIdsShape, restoreImages);
export const favouriteMany = userAction(favouriteImagesShape, favouriteImages);
