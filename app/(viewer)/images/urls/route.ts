import { pageRoute } from "@/lib/actions";
import { findImageUrls, imageIdsShape } from "@/lib/images/image-urls";

/** Fresh URLs for a page that is older than its own: see “URLs of a page left open” in app/README.md. */
export const POST = pageRoute(imageIdsShape, findImageUrls);
