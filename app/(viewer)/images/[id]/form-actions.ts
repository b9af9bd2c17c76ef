"use server";

import type { Route } from "next";
import { notFound, redirect } from "next/navigation";
import { userAction } from "@/lib/actions";
import { changeImage, imageChangeShape, imageIdShape } from "@/lib/images/image";
import { restoreImage, trashImage } from "@/lib/images/trash";

const change = userAction(imageChangeShape, changeImage);
const trash = userAction(imageIdShape, trashImage);
const restore = userAction(imageIdShape, restoreImage);

/** For pages without a script: what is said of a picture. */
export async function submitWords(id: string, form: FormData): Promise<void> {
  const text = (name: string) => String(form.get(name) ?? "");
  const words = { title: text("title"), description: text("description"), altText: text("altText") };
  const result = await change({ id, changes: { ...words, isFavourite: form.get("favourite") === "on" } });
  redirect(`/images/${id}${result.ok ? "" : `?failed=${result.error.code}`}` as Route);
}

export async function submitDelete(id: string, to: Route, _form: FormData): Promise<void> {
  const result = await trash(id);
  if (!result.ok && result.error.code === "not_found") notFound();
  redirect(result.ok ? to : (`/images/${id}?failed=${result.error.code}` as Route));
}

export async function submitRestore(id: string, _form: FormData): Promise<void> {
  const result = await restore(id);
  redirect(`/images/${id}${result.ok ? "" : `?failed=${result.error.code}`}` as Route);
}
