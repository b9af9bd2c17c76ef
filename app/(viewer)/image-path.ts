import type { Route } from "next";

/** The address of a picture's page; with an album, its neighbours are those in it. */
export const imagePath = (id: string, album: string | null) =>
  (album === null ? `/images/${id}` : `/images/${id}?album=${album}`) as Route;
