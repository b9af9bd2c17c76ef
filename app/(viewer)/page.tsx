import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listImages } from "@/lib/images/gallery";
import { cursorOf } from "./cursor";
import { Gallery } from "./gallery";

export default async function GalleryPage({ searchParams }: PageProps<"/">) {
  const viewer = await requireViewerOrSignIn();
  const { before } = await searchParams;
  const page = await listImages(viewer, cursorOf(before));
  return <Gallery first={page} startsAtNewest={before === undefined} />;
}
