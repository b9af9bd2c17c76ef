import { pageRoute } from "@/lib/actions";
import { imageIdsShape } from "@/lib/images/image-urls";
import { findOriginals } from "@/lib/images/originals";

/** What a zip is made of: see “Many pictures at once” in app/README.md. */
export const POST = pageRoute(imageIdsShape, findOriginals);
