"use client";

import { useActionState } from "react";
import { FormError } from "../_ui/entrance";
import { Field } from "../_ui/field";
import { primaryButton } from "../_ui/styles";
import { type SetupState, setUp } from "./actions";

const initial: SetupState = { name: "", email: "" };

export function SetupForm({ token }: { token: string }) {
  const [state, submit, pending] = useActionState(setUp, initial);
  return (
    <form action={submit} className="grid gap-5">
      <input type="hidden" name="token" value={token} />
      <Field label="Name" name="name" autoComplete="name" required defaultValue={state.name} autoFocus />
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.email}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        hint="At least 8 characters. A few words in a row are easy to remember."
      />
      <FormError message={state.error} />
      <button type="submit" className={primaryButton} disabled={pending}>
        {pending ? "Creating …" : "Create account"}
      </button>
    </form>
  );
}
