"use server";

import { userAction } from "@/lib/actions";
import { addToAlbumShape, addToAlbum as addToAlbumVerb } from "@/lib/albums/albums";
import { abandonUploads, beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { offersShape, uploadIdsShape } from "@/lib/uploads/offer";
import { logRefusal, refusalShape } from "@/lib/uploads/refusal";

export const begin = userAction(offersShape, beginUploads);
export const confirm = userAction(uploadIdsShape, confirmUploads);
export const abandon = userAction(uploadIdsShape, abandonUploads);
export const reportRefusal = userAction(refusalShape, logRefusal);
export const addToAlbum = userAction(addToAlbumShape, addToAlbumVerb);
