"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { userAction } from "@/lib/actions";
import { albumIdShape } from "@/lib/albums/albums";
import { purgeAlbum, restoreAlbum } from "@/lib/albums/trash";
import { imageIdsShape, restoreImages } from "@/lib/images/many";
import { emptyTrash, emptyTrashShape, purgeImages } from "@/lib/images/trash";

export const purgeMany = userAction(imageIdsShape, purgeImages);
export const empty = userAction(emptyTrashShape, emptyTrash);
export const bringAlbumBack = userAction(albumIdShape, restoreAlbum);
export const purgeOneAlbum = userAction(albumIdShape, purgeAlbum);
const restoreMany = userAction(imageIdsShape, restoreImages);

/** For pages without a script: what was asked for is confirmed there, and done here. */
export async function submitConfirmed(form: FormData): Promise<void> {
  const ids = form.getAll("id").map(String);
  const result = await confirmed(String(form.get("ask")), ids, Number(form.get("before")));
  redirect((result.ok ? "/trash" : `/trash?failed=${result.error.code}`) as Route);
}

function confirmed(ask: string, ids: string[], before: number) {
  if (ask === "empty") return empty({ before });
  if (ask === "restore") return restoreMany(ids);
  if (ask === "restore-album") return bringAlbumBack(ids[0] ?? "");
  return ask === "purge-album" ? purgeOneAlbum(ids[0] ?? "") : purgeMany(ids);
}
