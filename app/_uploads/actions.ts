"use server";

import { pageAction } from "@/lib/actions";
import { addToAlbumShape, addToAlbum as addToAlbumVerb } from "@/lib/albums/filling";
import { abandonUploads, beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { offersShape, uploadIdsShape } from "@/lib/uploads/offer";
import { answerPing, pingShape } from "@/lib/uploads/ping";
import { logRefusal, refusalShape } from "@/lib/uploads/refusal";

export const begin = pageAction(offersShape, beginUploads);
export const confirm = pageAction(uploadIdsShape, confirmUploads);
export const ping = pageAction(pingShape, answerPing);
export const abandon = pageAction(uploadIdsShape, abandonUploads);
export const reportRefusal = pageAction(refusalShape, logRefusal);
export const addToAlbum = pageAction(addToAlbumShape, addToAlbumVerb);
