"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { rememberPlaces } from "@/lib/accounts/known-places";
import { clearSessionCookie, sessionToken, setSessionCookies } from "@/lib/accounts/session-cookie";
import { credentialsShape, signOut as endSession, signIn as openSession } from "@/lib/accounts/sign-in";
import { publicAction } from "@/lib/actions";
import type { Failure } from "@/lib/errors";

export interface SignInState {
  email: string;
  failure?: Failure;
}

const checkCredentials = publicAction(credentialsShape, async (caller, credentials) => {
  const token = await openSession(credentials, caller);
  await setSessionCookies(token, await rememberPlaces(credentials.email, caller));
});

/** A form action, so that it works without JavaScript too. */
export async function signIn(_previous: SignInState, form: FormData): Promise<SignInState> {
  const email = String(form.get("email") ?? "");
  const result = await checkCredentials({ email, password: String(form.get("password") ?? "") });
  if (!result.ok) return { email, failure: result.error };
  redirect("/");
}

const endOwnSession = publicAction(z.undefined(), async () => {
  const token = await sessionToken();
  if (token !== undefined) await endSession(token);
  await clearSessionCookie();
});

export async function signOut(): Promise<void> {
  await endOwnSession(undefined);
  redirect("/sign-in");
}
