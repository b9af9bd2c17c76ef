"use client";

import Form from "next/form";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { useTexts } from "../../_texts/provider";
import { primaryButton, quietButton, textField } from "../../_ui/styles";

interface SearchFormProps {
  /** what the address asks for */
  asked: {
    q: string;
    year?: number | undefined;
    month?: number | undefined;
    type?: string | undefined;
    camera?: string | undefined;
    favourite: string;
    album?: string | undefined;
    orientation?: string | undefined;
  };
  isAsked: boolean;
  years: number[];
  /** January to December */
  months: string[];
  types: { type: string; name: string }[];
  cameras: string[];
  albums: { id: string; name: string }[];
}

/** Words and what else can be chosen. It is a plain form, which asks by its address; with a script each choice counts at once. */
export function SearchForm({ asked, isAsked, years, months, types, cameras, albums }: SearchFormProps) {
  const texts = useTexts("search");
  const [values, setValues] = useState(() => valuesOf(asked));
  const [shown, setShown] = useState(asked);
  // After Back, or a link: what is shown is what the address asks for.
  if (JSON.stringify(shown) !== JSON.stringify(asked)) {
    setShown(asked);
    setValues(valuesOf(asked));
  }
  const set = (name: string, value: string) => setValues({ ...values, [name]: value });
  const choice = (name: string, label: string, any: string, options: [value: string, text: string][]) => (
    <Choice
      name={name}
      label={label}
      value={values[name] ?? ""}
      options={[["", any], ...withChosen(options, values[name] ?? "")]}
      onChoose={(value) => set(name, value)}
    />
  );
  return (
    <Form action="/search" role="search" ref={leavesOutEmpty} className="grid gap-3 px-3 pb-3 sm:px-6">
      <div className="flex gap-2">
        <input
          type="search"
          name="q"
          aria-label={texts("label")}
          placeholder={texts("label")}
          autoComplete="off"
          enterKeyHint="search"
          maxLength={500}
          value={values.q ?? ""}
          onChange={(event) => set("q", event.target.value)}
          className={`${textField} min-w-0 sm:max-w-xl`}
        />
        <button type="submit" className={primaryButton}>
          {texts("submit")}
        </button>
      </div>
      {/* On a phone one row, which scrolls: what goes on beyond its edge fades there. */}
      <div className="flex gap-2 max-sm:-mx-3 max-sm:scroll-px-12 max-sm:overflow-x-auto max-sm:p-1 max-sm:ps-3 max-sm:pe-12 sm:flex-wrap ltr:max-sm:mask-r-from-[calc(100%-3rem)] rtl:max-sm:mask-l-from-[calc(100%-3rem)]">
        {choice("year", texts("year"), texts("anyYear"), years.map(same))}
        {values.year
          ? choice(
              "month",
              texts("month"),
              texts("anyMonth"),
              months.map((name, i) => [String(i + 1), name]),
            )
          : null}
        {choice(
          "type",
          texts("type"),
          texts("anyType"),
          types.map(({ type, name }) => [type, name]),
        )}
        {choice("camera", texts("camera"), texts("anyCamera"), cameras.map(same))}
        {choice("album", texts("album"), texts("anyAlbum"), [
          ["none", texts("noAlbum")],
          ...albums.map(({ id, name }): [string, string] => [id, name]),
        ])}
        {choice("orientation", texts("orientation"), texts("anyOrientation"), [
          ["landscape", texts("landscape")],
          ["portrait", texts("portrait")],
          ["square", texts("square")],
        ])}
        <Chip isChosen={values.favourite === "1"}>
          <label className="flex min-h-11 cursor-pointer items-center gap-2 ps-4 pe-5 text-sm">
            <input
              type="checkbox"
              name="favourite"
              value="1"
              checked={values.favourite === "1"}
              onChange={(event) => {
                set("favourite", event.target.checked ? "1" : "");
                event.target.form?.requestSubmit();
              }}
              className="size-4 accent-accent"
            />
            {texts("favourites")}
          </label>
        </Chip>
        {isAsked ? (
          <Link href="/search" prefetch={false} className={`${quietButton} shrink-0`}>
            {texts("clear")}
          </Link>
        ) : null}
      </div>
    </Form>
  );
}

const valuesOf = (asked: SearchFormProps["asked"]): Record<string, string> =>
  Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value ?? "")]));

const same = (value: string | number): [string, string] => [String(value), String(value)];

/** What an address asks for is shown as chosen, also where it is none of the choices any more. */
const withChosen = (options: [value: string, text: string][], chosen: string): [string, string][] =>
  chosen === "" || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];

/** The address says what is asked for, and nothing else. */
function leavesOutEmpty(form: HTMLFormElement | null) {
  const leaveOut = ({ formData }: FormDataEvent) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    if (!formData.has("year")) formData.delete("month");
  };
  form?.addEventListener("formdata", leaveOut);
  return () => form?.removeEventListener("formdata", leaveOut);
}

interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  options: [value: string, text: string][];
  onChoose(value: string): void;
}

function Choice({ name, label, value, options, onChoose }: ChoiceProps) {
  return (
    <Chip isChosen={value !== ""}>
      <select
        name={name}
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChoose(event.target.value);
          event.target.form?.requestSubmit();
        }}
        className="h-11 max-w-52 cursor-pointer truncate rounded-full border-e-12 border-transparent bg-transparent ps-4 text-sm forced-colors:border-[Canvas]"
      >
        {options.map(([option, text]) => (
          <option key={option} value={option} className="bg-raised text-text">
            {text}
          </option>
        ))}
      </select>
    </Chip>
  );
}

function Chip({ isChosen, children }: { isChosen: boolean; children: ReactNode }) {
  return (
    <div
      className={`shrink-0 rounded-full border transition-colors hover:bg-sunken ${isChosen ? "border-text bg-sunken font-medium" : "border-field"}`}
    >
      {children}
    </div>
  );
}
