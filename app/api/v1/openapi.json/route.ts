import { openApiDocument } from "@/lib/api/openapi";
import { openRoute } from "@/lib/api/route";

// At build time nobody knows the origin yet.
export const dynamic = "force-dynamic";

export const GET = openRoute(openApiDocument);
