import type { NextRequest } from "next/server";
import { compiledMessages } from "@/lib/texts/compiled";
import { english, type Namespace } from "@/lib/texts/english";
import { isAnyLanguage } from "@/lib/texts/languages";

/** The messages of one place, for what a page loads only once it is used: see “Texts that come later” in lib/texts/README.md. */
export async function GET(
  _request: NextRequest,
  { params }: RouteContext<"/texts/[language]/[place]">,
): Promise<Response> {
  const { language, place } = await params;
  if (!isAnyLanguage(language) || !isNamespace(place)) return new Response(null, { status: 404 });
  // Another build has other messages.
  return Response.json(compiledMessages(language, [place]), { headers: { "cache-control": "no-store" } });
}

const isNamespace = (text: string): text is Namespace => Object.hasOwn(english, text);
