import { detailsAnswer } from "@/lib/api/answers";
import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { getImage } from "@/lib/images/image";
import { trashImage } from "@/lib/images/trash";

export const GET = apiRoute(operations.getImage, async (viewer, { id }) =>
  detailsAnswer(await getImage(viewer, id)),
);

export const DELETE = apiRoute(operations.deleteImage, async (viewer, { id }) => {
  await trashImage(viewer, id);
  return {};
});
