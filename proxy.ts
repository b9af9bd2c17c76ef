import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "@/lib/content-security-policy";
import { env } from "@/lib/env";

/** Gives every page its Content-Security-Policy with a nonce of its own. Next reads the nonce from the request's headers. */
export function proxy(request: NextRequest): NextResponse {
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

/** What these answer is no page, and holds no form. */
const noPages = /^\/(healthz|cron|metrics|language|progress-icon\/.*|images|albums\/[^/]+\/images)$/;

/**
 * A form posted without JavaScript from a no-referrer page says "Origin: null", which every door refuses; other sites are told
 * nothing either way.
 */
const referrerPolicy = (pathname: string): string => (noPages.test(pathname) ? "no-referrer" : "same-origin");

// Of what passes here Next keeps 10 MB; the API takes whole pictures, and shows no page.
export const config = { matcher: ["/((?!api/|_next/static|favicon.ico|icon.svg).*)"] };
