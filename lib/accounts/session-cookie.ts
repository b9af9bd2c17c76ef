import "server-only";
import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { sessionSeconds } from "./auth";
import { sessionCookieName } from "./session-tokens";
import { findViewer, type SignedIn } from "./viewer";

/** Says which browser it is, also after signing out: see "Guessing" in README.md. */
const browserCookieName = () => `${sessionCookieName()}-browser`;
const browserSeconds = 365 * 24 * 60 * 60;

/** The viewer of this request; null for nobody. Asked once per request, however often it is called. */
export const currentViewer = cache(async (): Promise<SignedIn | null> => {
  const token = await sessionToken();
  return token === undefined ? null : findViewer(token);
});

/** For pages: the viewer, or off to the sign-in page. */
export async function requireViewerOrSignIn(): Promise<SignedIn> {
  return (await currentViewer()) ?? redirect("/sign-in");
}

/** For pages of admins: whoever is none finds nothing there. */
export async function requireAdminOrNotFound(): Promise<SignedIn> {
  const viewer = await requireViewerOrSignIn();
  return viewer.role === "admin" ? viewer : notFound();
}

/** For actions and routes: the viewer, or AppError `unauthenticated`. */
export async function requireViewer(): Promise<SignedIn> {
  const viewer = await currentViewer();
  if (viewer === null) throw new AppError("unauthenticated", "Your session has ended. Sign in again.");
  return viewer;
}

export async function sessionToken(): Promise<string | undefined> {
  return (await cookies()).get(sessionCookieName())?.value;
}

/** What the browser was given when somebody last signed in with it. */
export async function browserToken(): Promise<string | undefined> {
  return (await cookies()).get(browserCookieName())?.value;
}

/** @param browser as `rememberBrowser` gave it */
export async function setSessionCookies(token: string, browser: string): Promise<void> {
  const jar = await cookies();
  const options = { httpOnly: true, secure: env().secureCookies, sameSite: "lax", path: "/" } as const;
  jar.set(sessionCookieName(), token, { ...options, maxAge: sessionSeconds });
  jar.set(browserCookieName(), browser, { ...options, maxAge: browserSeconds });
}

export async function clearSessionCookie(): Promise<void> {
  (await cookies()).delete({ name: sessionCookieName(), path: "/", secure: env().secureCookies });
}
