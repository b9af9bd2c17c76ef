"use client";

import { useActionState } from "react";
import { useTexts } from "../_texts/provider";
import { useWordFailure } from "../_texts/use-word-failure";
import { FormError } from "../_ui/entrance";
import { Field } from "../_ui/field";
import { primaryButton } from "../_ui/styles";
import { type SetupState, setUp } from "./actions";

const initial: SetupState = { name: "", email: "" };

export function SetupForm({ token }: { token: string }) {
  const texts = useTexts("entrance");
  const wordFailure = useWordFailure();
  const [state, submit, pending] = useActionState(setUp, initial);
  return (
    <form action={submit} className="grid gap-5">
      <input type="hidden" name="token" value={token} />
      <Field
        label={texts("name")}
        name="name"
        autoComplete="name"
        required
        defaultValue={state.name}
        autoFocus
      />
      <Field
        label={texts("email")}
        name="email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.email}
      />
      <Field
        label={texts("password")}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        hint={texts("passwordHint")}
      />
      <FormError message={state.failure && wordFailure(state.failure)} />
      <button type="submit" className={primaryButton} disabled={pending}>
        {pending ? texts("creating") : texts("createAccount")}
      </button>
    </form>
  );
}
