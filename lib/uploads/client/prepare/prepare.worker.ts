import { AppError, type Failure, plainFailure } from "@/lib/errors";
import type { UploadLimits, WantedDigests } from "@/lib/uploads/contract";
import { prepareImage, withDigests } from "./prepare-image";
import type { PreparedImage } from "./prepared-image";
import type { Preparing } from "./preparing";

export interface PrepareRequest {
  file: File;
  limits: UploadLimits;
  digests: WantedDigests;
  /** where only digests are wanted that it lacks */
  prepared?: PreparedImage | undefined;
  /** for `takeTurn` */
  turn: MessagePort;
}

/** Errors lose their class on the way out of a worker, so they travel as what they say. */
/** What it says before it replies. */
export interface PrepareNote {
  status: "preparing";
  preparing: Preparing;
}

export type PrepareReply =
  | { status: "prepared"; image: PreparedImage }
  | { status: "failed"; error: Failure };

self.addEventListener("message", async ({ data }: MessageEvent<PrepareRequest>) => {
  self.postMessage(await reply(data));
});

async function reply({ file, limits, digests, prepared, turn }: PrepareRequest): Promise<PrepareReply> {
  try {
    const image = await (prepared
      ? withDigests(prepared, digests)
      : prepareImage(file, { limits, wanted: digests, turn, tell }));
    return { status: "prepared", image };
  } catch (error) {
    return { status: "failed", error: failureOf(error) };
  }
}

function tell(preparing: Preparing): void {
  const note: PrepareNote = { status: "preparing", preparing };
  self.postMessage(note);
}

function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return error.toFailure();
  if (error instanceof DOMException && ["NotReadableError", "NotFoundError"].includes(error.name)) {
    return plainFailure("file_changed");
  }
  console.warn("preparing a picture failed", error);
  return plainFailure("not_prepared");
}
