"use server";

import { userAction } from "@/lib/actions";
import { changeImage, imageChangeShape, imageIdShape } from "@/lib/images/image";
import { restoreImage, trashImage } from "@/lib/images/trash";

export const change = userAction(imageChangeShape, changeImage);
export const trash = userAction(imageIdShape, trashImage);
export const restore = userAction(imageIdShape, restoreImage);
