import { retryOf } from "@/lib/error-codes";
import type { Failure } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import type { Preparing } from "../prepare/preparing";
import type { Blocked, Wait } from "../send/retry";
import type { AlbumWish } from "./album-wish";

export type UploadItemState =
  | { status: "waiting" }
  /** An earlier page did not bring it to an end, and this one cannot read it unasked. */
  | { status: "interrupted"; needs: "file" | "permission" }
  /** Held back by the person, until they let it go on. */
  | { status: "held" }
  | ({ status: "preparing" } & Preparing)
  | { status: "sending"; sentBytes: number; totalBytes: number }
  /** The code says why it does not move. */
  | (Wait & { sentBytes: number; totalBytes: number })
  | { status: "confirming" }
  | { status: "ready"; image: GalleryImage }
  /** The same bytes are in Pail already: nothing was sent. */
  | { status: "duplicate"; image: GalleryImage }
  | { status: "failed"; error: Failure; canRetry: boolean }
  | { status: "cancelled" };

/** One file as the page shows it. Never changed, only replaced. */
export interface UploadItem {
  id: string;
  name: string;
  bytes: number;
  state: UploadItemState;
  albumWish: AlbumWish;
}

export function hasEnded({ status }: UploadItemState): boolean {
  return status === "ready" || status === "duplicate" || status === "failed" || status === "cancelled";
}

/** The picture that it became, or that was there already; null where it is none. */
export function imageOf(state: UploadItemState): GalleryImage | null {
  return state.status === "ready" || state.status === "duplicate" ? state.image : null;
}

/** What is sent or confirmed is better ended: held back, it would be sent again from the start. */
export function canHold({ status }: UploadItemState): boolean {
  return status === "waiting" || status === "preparing";
}

export function canRetry(state: UploadItemState): boolean {
  return state.status === "cancelled" || (state.status === "failed" && state.canRetry);
}

/** It waits for a network or for the person, as all other files do. */
export function isBlocked(state: UploadItemState): state is UploadItemState & { status: Blocked } {
  return state.status === "offline" || state.status === "signed_out" || state.status === "outdated";
}

/** A file's way, as far as it is: 0 to 1. */
export function sentFraction(state: UploadItemState): number {
  switch (state.status) {
    case "sending":
    case "retrying":
    case "offline":
    case "signed_out":
    case "outdated":
      return state.totalBytes === 0 ? 0 : state.sentBytes / state.totalBytes;
    case "confirming":
    case "ready":
      return 1;
    default:
      return 0;
  }
}

export function failed(error: Failure): UploadItemState {
  return { status: "failed", error, canRetry: retryOf(error.code) !== "never" };
}
