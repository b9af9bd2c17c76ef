import "server-only";
import type { z } from "zod";
import { env } from "@/lib/env";
import { AppError, withoutValues } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import type { ImageDetails } from "@/lib/images/image";
import type { BeginOutcome, ConfirmOutcome } from "@/lib/uploads/contract";
import type { operations } from "./operations";

type Answer<O extends keyof typeof operations> = z.input<(typeof operations)[O]["answer"]>;

const pageOf = (id: string): string => `${env().appOrigin}/images/${id}`;
const momentOf = (ms: number): string => new Date(ms).toISOString();

export function imageAnswer({ placeholder: _, capturedAt, ...image }: GalleryImage): Answer<"confirmUpload"> {
  return { ...image, url: pageOf(image.id), capturedAt: momentOf(capturedAt) };
}

export function detailsAnswer({
  placeholder: _,
  capturedAt,
  createdAt,
  ...image
}: ImageDetails): Answer<"getImage"> {
  const moments = { capturedAt: momentOf(capturedAt), createdAt: momentOf(createdAt) };
  return { ...image, ...moments, url: pageOf(image.id) };
}

export function outcomeAnswer(outcome: BeginOutcome<"original">): Answer<"beginUploads">["files"][number] {
  switch (outcome.status) {
    case "granted":
      return {
        status: "granted",
        id: outcome.uploadId,
        form: outcome.forms.original,
        expiresInSeconds: outcome.expiresInSeconds,
      };
    case "duplicate":
      return { status: "duplicate", image: imageAnswer(outcome.image) };
    case "refused":
      return { status: "refused", error: withoutValues(outcome.error) };
  }
}

/** Whether new or there already: it is the picture that was sent. Throws what it was refused with. */
export function confirmedAnswer(outcome: ConfirmOutcome | undefined): Answer<"confirmUpload"> {
  if (outcome === undefined) throw new Error("an upload was not answered");
  if (outcome.status === "refused") throw AppError.of(outcome.error);
  return imageAnswer(outcome.image);
}
