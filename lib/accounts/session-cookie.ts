import "server-only";
import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { sessionSeconds } from "./auth";
import { findViewer, type Viewer } from "./viewer";

/** The `__Host-` prefix makes browsers insist on https, on this host alone and on the whole site. */
const cookieName = () => (env().secureCookies ? "__Host-pail" : "pail");

/** The viewer of this request; null for nobody. Asked once per request, however often it is called. */
export const currentViewer = cache(async (): Promise<Viewer | null> => {
  const token = await sessionToken();
  return token === undefined ? null : findViewer(token);
});

/** For pages: the viewer, or off to the sign-in page. */
export async function requireViewerOrSignIn(): Promise<Viewer> {
  return (await currentViewer()) ?? redirect("/sign-in");
}

/** For pages of admins: whoever is none finds nothing there. */
export async function requireAdminOrNotFound(): Promise<Viewer> {
  const viewer = await requireViewerOrSignIn();
  return viewer.role === "admin" ? viewer : notFound();
}

/** For actions and routes: the viewer, or AppError `unauthenticated`. */
export async function requireViewer(): Promise<Viewer> {
  const viewer = await currentViewer();
  if (viewer === null) throw new AppError("unauthenticated", "Your session has ended. Sign in again.");
  return viewer;
}

export async function sessionToken(): Promise<string | undefined> {
  return (await cookies()).get(cookieName())?.value;
}

export async function setSessionCookie(token: string): Promise<void> {
  (await cookies()).set(cookieName(), token, {
    httpOnly: true,
    secure: env().secureCookies,
    sameSite: "lax",
    path: "/",
    maxAge: sessionSeconds,
  });
}

export async function clearSessionCookie(): Promise<void> {
  (await cookies()).delete({ name: cookieName(), path: "/", secure: env().secureCookies });
}
