import { confirmedAnswer } from "@/lib/api/answers";
import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { confirmUploads } from "@/lib/uploads/confirm";

export const POST = apiRoute(operations.confirmUpload, async (viewer, { id }) => {
  const [outcome] = await confirmUploads(viewer, [id]);
  return confirmedAnswer(outcome);
});
