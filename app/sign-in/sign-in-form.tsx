"use client";

import { useActionState } from "react";
import { FormError } from "../_ui/entrance";
import { Field } from "../_ui/field";
import { primaryButton } from "../_ui/styles";
import { type SignInState, signIn } from "./actions";

const initial: SignInState = { email: "" };

export function SignInForm() {
  const [state, submit, pending] = useActionState(signIn, initial);
  return (
    <form action={submit} className="grid gap-5">
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.email}
        autoFocus
      />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      <FormError message={state.error} />
      <button type="submit" className={primaryButton} disabled={pending}>
        {pending ? "Signing in …" : "Sign in"}
      </button>
    </form>
  );
}
