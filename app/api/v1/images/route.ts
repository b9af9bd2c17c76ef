import { confirmedAnswer, imageAnswer } from "@/lib/api/answers";
import { fileDateOf } from "@/lib/api/file-date";
import { operations } from "@/lib/api/operations";
import { apiRoute } from "@/lib/api/route";
import { listImages } from "@/lib/images/gallery";
import { receiveImage } from "@/lib/uploads/receive";
import { cursorOf, textOf } from "../../../(viewer)/cursor";

export const GET = apiRoute(operations.listImages, async (viewer, { cursor }) => {
  const { images, next } = await listImages(viewer, cursorOf(cursor));
  return { images: images.map(imageAnswer), next: next && textOf(next) };
});

export const POST = apiRoute(operations.sendImage, async (viewer, { name, ...moments }, { body, headers }) =>
  confirmedAnswer(
    await receiveImage(viewer, {
      ...{ name, body },
      fileDate: fileDateOf(moments),
      announcedBytes: Number(headers.get("content-length")),
    }),
  ),
);
