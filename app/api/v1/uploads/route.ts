import { outcomeAnswer } from "@/lib/api/answers";
import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { beginOriginals } from "@/lib/uploads/begin";

export const POST = apiRoute(operations.beginUploads, async (viewer, { files }) => {
  const offers = files.map(({ name, uploadId, ...original }) => ({ name, uploadId, original }));
  return { files: (await beginOriginals(viewer, offers)).map(outcomeAnswer) };
});
