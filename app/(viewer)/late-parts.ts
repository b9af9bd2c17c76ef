import type { ComponentType } from "react";
import { makeListeners } from "../_ui/listeners";
import { untilLoaded } from "../_uploads/until-loaded";
import type { GalleryProps } from "./live-gallery";

type Late = typeof import("./late").late;

let parts: Promise<Late> | null = null;
let Hosts: ComponentType | null = null;
let sayMissing: () => unknown = () => {};
const { subscribe, tell } = makeListeners();
export const subscribeToHosts = subscribe;

/** What makes the pictures of a page live, and what stands over a page: the viewer, the bar of a selection, questions. */
export function loadLateParts(): Promise<Late> {
  parts ??= untilLoaded(
    () => import("./late"),
    () => sayMissing(),
  ).then(({ late }) => {
    Hosts = late.AllHosts;
    tell();
    return late;
  });
  return parts;
}

export const loadGallery = async (): Promise<{ default: ComponentType<GalleryProps> }> => ({
  default: (await loadLateParts()).LiveGallery,
});

/** Each time that something does not come. */
export function whenMissing(say: () => unknown): void {
  sayMissing = say;
}

/** null until they have come */
export const hostsNow = (): ComponentType | null => Hosts;
