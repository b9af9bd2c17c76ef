import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { AppError } from "@/lib/errors";
import { abandonUploads } from "@/lib/uploads/begin";

export const DELETE = apiRoute(operations.abandonUpload, async (viewer, { id }) => {
  const abandoned = await abandonUploads(viewer, [id]);
  if (abandoned.length === 0) throw new AppError("not_found", "There is no such upload under way.");
  return {};
});
