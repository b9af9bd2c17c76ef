import { outcomeAnswer } from "@/lib/api/answers";
import { fileDateOf } from "@/lib/api/file-date";
import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { beginOriginals } from "@/lib/uploads/begin";

export const POST = apiRoute(operations.beginUploads, async (viewer, { files }) => {
  const offers = files.map(({ name, uploadId, takenAt, lastModified, ...original }) => ({
    ...{ name, uploadId, original },
    fileDate: fileDateOf({ takenAt, lastModified }),
  }));
  return { files: (await beginOriginals(viewer, offers)).map(outcomeAnswer) };
});
