import "server-only";
import type { z } from "zod";
import { env } from "@/lib/env";
import { AppError, withoutValues } from "@/lib/errors";
import { offsetOf } from "@/lib/images/clock-time";
import type { GalleryImage, ImageDetails } from "@/lib/images/contract";
import type { BeginOutcome, ConfirmOutcome } from "@/lib/uploads/contract";
import { operations } from "./operations";

type Answer<O extends keyof typeof operations> = z.input<(typeof operations)[O]["answer"]>;

const pageOf = (id: string): string => `${env().appOrigin}/images/${id}`;
const momentOf = (ms: number): string => new Date(ms).toISOString();

export const imageAnswer = ({ capturedAt, ...image }: GalleryImage): Answer<"confirmUpload"> =>
  only(operations.confirmUpload.answer, {
    ...image,
    url: pageOf(image.id),
    capturedAt: momentOf(capturedAt),
  });

export const detailsAnswer = ({
  capturedAt,
  capturedZoneMinutes,
  createdAt,
  ...image
}: ImageDetails): Answer<"getImage"> =>
  only(operations.getImage.answer, {
    ...image,
    url: pageOf(image.id),
    capturedAt: momentOf(capturedAt),
    capturedZone: capturedZoneMinutes === null ? null : offsetOf(capturedZoneMinutes),
    createdAt: momentOf(createdAt),
  });

/** Of what is known, the fields that the answer has: which they are is said once, in operations.ts. */
function only<S extends z.ZodObject>({ shape }: S, known: z.input<S>): z.input<S> {
  return Object.fromEntries(Object.entries(known).filter(([name]) => name in shape)) as z.input<S>;
}

export function outcomeAnswer(outcome: BeginOutcome<"original">): Answer<"beginUploads">["files"][number] {
  switch (outcome.status) {
    case "granted":
      return {
        status: "granted",
        id: outcome.uploadId,
        form: outcome.grants.original,
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
