import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "@/lib/content-security-policy";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

/**
 * Gives every page its Content-Security-Policy with a nonce of its own. Next reads the nonce from the request's headers. Where the
 * settings are wrong, which `npm start` finds out by itself and a function does not, it says so instead of every page.
 */
export function proxy(request: NextRequest): NextResponse {
  const fault = findConfigurationFault();
  if (fault !== null) return unavailable(request.nextUrl.pathname, fault);
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("referrer-policy", referrerPolicy(request.nextUrl.pathname));
  // Not for what else is served under the same domain: the bucket has a name of its own, and others may have no https.
  if (env().secureCookies) response.headers.set("strict-transport-security", "max-age=63072000");
  return response;
}

function findConfigurationFault(): string | null {
  try {
    env();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

function unavailable(pathname: string, message: string): NextResponse {
  const answer = { status: 503, headers: { "cache-control": "no-store" } };
  return noPages.test(pathname)
    ? NextResponse.json({ code: "unavailable", message }, answer)
    : new NextResponse(`${message}\n`, answer);
}

/** What these answer is no page, and holds no form. */
const noPages = new RegExp(
  `^/(${[
    "healthz|cron|metrics|language|stored|progress-icon/.*|texts/.*",
    "images/urls|images/originals|images/[^/]+/details",
    "(images|albums/[^/]+/images|search/images)(/sections|/ids)?",
  ].join("|")})$`,
);

/**
 * A form posted without JavaScript from a no-referrer page says "Origin: null", which every door refuses; other sites are told
 * nothing either way.
 */
const referrerPolicy = (pathname: string): string => (noPages.test(pathname) ? "no-referrer" : "same-origin");

// Of what passes here Next keeps 10 MB; the API takes whole pictures, and shows no page.
// The worker and the offline page have policies of their own, and whatever is shared while there is no worker is not read.
export const config = {
  matcher: ["/((?!api/|_next/static|icons/|favicon.ico|icon.svg|worker.js$|offline$|share$).*)"],
};
