import { type NextRequest, NextResponse } from "next/server";
import { env } from "@/lib/env";
import { isLanguage, languageCookie } from "@/lib/texts/languages";

const yearSeconds = 365 * 24 * 60 * 60;

/**
 * Where the language switch leads without a script. A form that is posted from a no-referrer page says “Origin: null”, so this
 * one is a GET; what it keeps is a preference, and pages of other sites are told apart by what the browser says of them.
 */
export function GET({ nextUrl, headers }: NextRequest): NextResponse {
  const response = NextResponse.redirect(pathWithin(nextUrl.searchParams.get("back")), 303);
  const language = nextUrl.searchParams.get("to") ?? undefined;
  if (isLanguage(language) && headers.get("sec-fetch-site") !== "cross-site")
    response.cookies.set(languageCookie, language, { path: "/", maxAge: yearSeconds, sameSite: "lax" });
  return response;
}

/** Never leads away from Pail. */
function pathWithin(back: string | null): URL {
  const { appOrigin } = env();
  const home = new URL("/", appOrigin);
  if (back === null || !URL.canParse(back, appOrigin)) return home;
  const target = new URL(back, appOrigin);
  return target.origin === home.origin ? target : home;
}
