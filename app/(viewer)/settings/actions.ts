"use server";

import { refresh } from "next/cache";
import type { z } from "zod";
import { createToken, newTokenShape, revokeToken, tokenIdShape } from "@/lib/accounts/tokens";
import { userAction } from "@/lib/actions";
import { shareXConfiguration } from "@/lib/api/sharex";
import type { Failure } from "@/lib/errors";

export interface NewTokenState {
  name: string;
  failure?: Failure;
  /** shown this once */
  made?: { secret: string; shareX: string | null };
}

const create = userAction(newTokenShape, async (viewer, token) => {
  const secret = await createToken(viewer, token);
  return { secret, shareX: token.scopes.includes("upload") ? shareXConfiguration(secret) : null };
});

/** A form action, so that it works without JavaScript too. */
export async function makeToken(_previous: NewTokenState, form: FormData): Promise<NewTokenState> {
  const name = String(form.get("name") ?? "");
  const lifetime = form.get("lifetime");
  const lifetimeDays = lifetime === "never" ? null : Number(lifetime);
  // Whatever the form says, the shape checks it.
  const given = { name, scopes: form.getAll("scopes"), lifetimeDays } as z.input<typeof newTokenShape>;
  const result = await create(given);
  if (!result.ok) return { name, failure: result.error };
  refresh();
  return { name: "", made: result.value };
}

const revokeOwn = userAction(tokenIdShape, revokeToken);

export async function revoke(form: FormData): Promise<void> {
  await revokeOwn(String(form.get("id") ?? ""));
  refresh();
}
