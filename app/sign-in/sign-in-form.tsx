"use client";

import { useActionState } from "react";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { FormError } from "../_ui/entrance";
import { Field } from "../_ui/field";
import { primaryButton } from "../_ui/styles";
import { type SignInState, signIn } from "./actions";

const initial: SignInState = { email: "" };

export function SignInForm() {
  const texts = useTexts("entrance");
  const wordFailure = useWordFailure();
  const [state, submit, pending] = useActionState(signIn, initial);
  return (
    <form action={submit} className="grid gap-5">
      <Field
        label={texts("email")}
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.email}
        autoFocus
      />
      <Field
        label={texts("password")}
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      <FormError message={state.failure && wordFailure(state.failure)} />
      <button type="submit" className={primaryButton} disabled={pending}>
        {pending ? texts("signingIn") : texts("signIn")}
      </button>
    </form>
  );
}
