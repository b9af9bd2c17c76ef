"use server";

import { redirect } from "next/navigation";
import { rememberPlaces } from "@/lib/accounts/known-places";
import { setSessionCookies } from "@/lib/accounts/session-cookie";
import { signIn } from "@/lib/accounts/sign-in";
import { createFirstAdmin, setupShape } from "@/lib/accounts/users";
import { publicAction } from "@/lib/actions";
import type { Failure } from "@/lib/errors";

export interface SetupState {
  name: string;
  email: string;
  failure?: Failure;
}

const createAccount = publicAction(setupShape, async (caller, account) => {
  await createFirstAdmin(account);
  const token = await signIn(account, caller);
  await setSessionCookies(token, await rememberPlaces(account.email, caller));
});

/** A form action, so that it works without JavaScript too. */
export async function setUp(_previous: SetupState, form: FormData): Promise<SetupState> {
  const field = (name: string) => String(form.get(name) ?? "");
  const given = { name: field("name"), email: field("email") };
  const result = await createAccount({ ...given, token: field("token"), password: field("password") });
  if (!result.ok) return { ...given, failure: result.error };
  redirect("/");
}
