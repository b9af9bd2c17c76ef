"use client";

import { useActionState } from "react";
import { FormError } from "../../_ui/entrance";
import { Field } from "../../_ui/field";
import { primaryButton, textField } from "../../_ui/styles";
import { makeToken, type NewTokenState } from "./actions";
import { NewSecret } from "./new-secret";

const initial: NewTokenState = { name: "" };

const scopes = [
  { scope: "upload", label: "Upload pictures", isUsual: true },
  { scope: "read", label: "See pictures", isUsual: false },
  { scope: "delete", label: "Delete pictures", isUsual: false },
];

export function NewTokenForm() {
  const [state, submit, pending] = useActionState(makeToken, initial);
  return (
    <section aria-labelledby="new-token" className="grid gap-4">
      <h2 id="new-token" className="text-lg font-semibold">
        A new token
      </h2>
      {state.made === undefined ? null : <NewSecret {...state.made} />}
      <form action={submit} className="grid max-w-md gap-5">
        <Field
          label="Name"
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          defaultValue={state.name}
          hint="What will use it, like “ShareX on the laptop”."
        />
        <fieldset>
          <legend className="text-sm font-medium">It may</legend>
          {scopes.map(({ scope, label, isUsual }) => (
            <label key={scope} className="flex min-h-11 cursor-pointer items-center gap-3">
              <input
                type="checkbox"
                name="scopes"
                value={scope}
                defaultChecked={isUsual}
                className="size-5 accent-accent"
              />
              {label}
            </label>
          ))}
        </fieldset>
        <label className="grid gap-1.5 text-sm font-medium">
          Expires after
          <select name="lifetime" defaultValue="90" className={textField}>
            <option value="30">30 days</option>
            <option value="90">90 days</option>
            <option value="365">a year</option>
            <option value="never">never</option>
          </select>
        </label>
        <FormError message={state.error} />
        <button type="submit" className={`${primaryButton} justify-self-start`} disabled={pending}>
          {pending ? "Making …" : "Make token"}
        </button>
      </form>
    </section>
  );
}
