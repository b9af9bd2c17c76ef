import type { NextRequest } from "next/server";
import { listImages } from "@/lib/images/gallery";
import { answerFurtherPage } from "../further-page";

export const GET = (request: NextRequest): Promise<Response> => answerFurtherPage(request, listImages);
