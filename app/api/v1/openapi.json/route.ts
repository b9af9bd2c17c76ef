import { openApiDocument } from "@/lib/api/openapi";

// At build time nobody knows the origin yet.
export const dynamic = "force-dynamic";

export const GET = (): Response => Response.json(openApiDocument());
