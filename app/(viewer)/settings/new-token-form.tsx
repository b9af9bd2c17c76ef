"use client";

import { useActionState } from "react";
import { useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { FormError } from "../../_ui/entrance";
import { Field } from "../../_ui/field";
import { primaryButton, textField } from "../../_ui/styles";
import { makeToken, type NewTokenState } from "./actions";
import { NewSecret } from "./new-secret";

const initial: NewTokenState = { name: "" };

const scopes = [
  { scope: "upload", label: "uploadPictures", isUsual: true },
  { scope: "read", label: "seePictures", isUsual: false },
  { scope: "delete", label: "deletePictures", isUsual: false },
] as const;

export function NewTokenForm() {
  const texts = useTexts("settings");
  const wordFailure = useWordFailure();
  const [state, submit, pending] = useActionState(makeToken, initial);
  return (
    <section aria-labelledby="new-token" className="grid gap-4">
      <h2 id="new-token" className="text-lg font-semibold">
        {texts("newToken")}
      </h2>
      {state.made === undefined ? null : <NewSecret {...state.made} />}
      <form action={submit} className="grid max-w-md gap-5">
        <Field
          label={texts("name")}
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          defaultValue={state.name}
          hint={texts("nameHint")}
        />
        <fieldset>
          <legend className="text-sm font-medium">{texts("itMay")}</legend>
          {scopes.map(({ scope, label, isUsual }) => (
            <label key={scope} className="flex min-h-11 cursor-pointer items-center gap-3">
              <input
                type="checkbox"
                name="scopes"
                value={scope}
                defaultChecked={isUsual}
                className="size-5 accent-accent"
              />
              {texts(label)}
            </label>
          ))}
        </fieldset>
        <label className="grid gap-1.5 text-sm font-medium">
          {texts("expiresAfter")}
          <select name="lifetime" defaultValue="90" className={textField}>
            <option value="30">{texts("days", { days: 30 })}</option>
            <option value="90">{texts("days", { days: 90 })}</option>
            <option value="365">{texts("year")}</option>
            <option value="never">{texts("never")}</option>
          </select>
        </label>
        <FormError message={state.failure && wordFailure(state.failure)} />
        <button type="submit" className={`${primaryButton} justify-self-start`} disabled={pending}>
          {pending ? texts("making") : texts("make")}
        </button>
      </form>
    </section>
  );
}
