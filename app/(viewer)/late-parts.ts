import type { ComponentType } from "react";
import { makeListeners } from "../_ui/listeners";
import { untilLoaded } from "../_uploads/until-loaded";
import type { GalleryProps } from "./live-gallery";

let Hosts: ComponentType | null = null;
let loading: Promise<unknown> | null = null;
let gallery: Promise<{ default: ComponentType<GalleryProps> }> | null = null;
let sayMissing: () => unknown = () => {};
const { subscribe, tell } = makeListeners();
export const subscribeToHosts = subscribe;

/** What makes the pictures of a page live, and what one then opens over them; resolves once it has come. */
export function loadGallery(): Promise<{ default: ComponentType<GalleryProps> }> {
  gallery ??= untilLoaded(
    () => Promise.all([import("./live-gallery"), typeof window === "undefined" ? null : loadHosts()]),
    () => sayMissing(),
  ).then(([{ LiveGallery }]) => ({ default: LiveGallery }));
  return gallery;
}

/** What stands over a page: the viewer, the bar of a selection, questions. Is asked for until it comes. */
export function loadHosts(): Promise<unknown> {
  loading ??= untilLoaded(
    () => import("./all-hosts"),
    () => sayMissing(),
  ).then(({ AllHosts }) => {
    Hosts = AllHosts;
    tell();
  });
  return loading;
}

/** Each time that something does not come. */
export function whenMissing(say: () => unknown): void {
  sayMissing = say;
}

/** null until they have come */
export const hostsNow = (): ComponentType | null => Hosts;
