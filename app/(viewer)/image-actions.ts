"use server";

import { userAction } from "@/lib/actions";
import { imageIdShape, renameImage, renameShape } from "@/lib/images/image";
import { restoreImage, trashImage } from "@/lib/images/trash";

export const rename = userAction(renameShape, renameImage);
export const trash = userAction(imageIdShape, trashImage);
export const restore = userAction(imageIdShape, restoreImage);
