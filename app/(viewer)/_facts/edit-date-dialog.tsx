"use client";

import { type ReactNode, useEffect, useId, useRef, useState, useTransition } from "react";
import { createPortal } from "react-dom";
import { offsetOf } from "@/lib/images/clock-time";
import type { ImageWithAlbums, PictureSize } from "@/lib/images/contract";
import { formatMoment } from "@/lib/texts/formats";
import { useLanguage, useTexts } from "../../_texts/provider";
import { useWordFailure } from "../../_texts/use-word-failure";
import { FormError } from "../../_ui/entrance";
import { Field } from "../../_ui/field";
import { primaryButton, quietButton } from "../../_ui/styles";
import { changeAllDates, type WantedDate } from "./change-all-dates";
import { fetchDetails } from "./fetch-details";
import { useReturningFocus } from "./use-returning-focus";

/** A date for one picture or many: the same for all, or each its own, shifted. It shows what becomes of the first and the last. */
export function EditDateDialog({ pictures, onClose }: { pictures: PictureSize[]; onClose(): void }) {
  const texts = useTexts("image");
  const wordFailure = useWordFailure();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [ends, setEnds] = useState<ImageWithAlbums[]>([]);
  const [edit, setEdit] = useState<"set" | "shift">(pictures.length === 1 ? "set" : "shift");
  const [at, setAt] = useState("");
  const [keepsZone, setKeepsZone] = useState(true);
  const [shift, setShift] = useState<Shift>({ sign: 1, days: "", hours: "", minutes: "" });
  const [error, setError] = useState<string>();
  const [done, setDone] = useState(0);
  const [pending, startTransition] = useTransition();
  useReturningFocus(dialog);

  useEffect(() => {
    const [first, last] = [pictures[0]?.id, pictures.at(-1)?.id];
    const ids = [...new Set([first, last])].filter((id) => id !== undefined);
    let isOpen = true;
    Promise.all(ids.map(fetchDetails)).then(
      (found) => {
        if (!isOpen) return;
        setEnds(found);
        setAt((typed) => typed || localTimeOf(found[0]?.capturedAt));
      },
      // Without them there is no preview.
      () => null,
    );
    return () => {
      isOpen = false;
    };
  }, [pictures]);

  const minutes = minutesOf(shift);
  const wanted = (): WantedDate | string => {
    if (edit === "set")
      return at === "" ? texts("noSuchDate") : { edit, at, zone: keepsZone ? "kept" : "none" };
    return minutes === 0 ? texts("nothingToShift") : { edit, minutes };
  };
  const run = (date: WantedDate | string) =>
    startTransition(async () => {
      if (typeof date === "string") return setError(date);
      const failure = await changeAllDates(
        pictures.map(({ id }) => id),
        date,
        (count) => texts("datesChanged", { count }),
        setDone,
      );
      if (failure === null) return onClose();
      setDone(0);
      setError(wordFailure(failure));
    });
  const after = (before: number): number =>
    edit === "set" ? Date.parse(`${at}Z`) : before + minutes * 60_000;
  const [first] = ends;
  const zone = first?.capturedZoneMinutes ?? null;
  const canGoBack = pictures.length > 1 || first?.isDateEdited === true;

  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby={title}
      onClose={onClose}
      className="m-auto max-h-[90dvh] w-[min(28rem,calc(100vw-1.5rem))] overflow-y-auto rounded-2xl border border-line bg-raised text-text backdrop:bg-black/60"
    >
      <form
        className="grid gap-5 p-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          run(wanted());
        }}
      >
        <h2 id={title} className="text-lg font-semibold tracking-tight">
          {texts("editDates", { count: pictures.length })}
        </h2>
        <fieldset className="flex rounded-full bg-sunken p-1">
          <legend className="sr-only">{texts("howToEdit")}</legend>
          {(["set", "shift"] as const).map((way) => (
            <label
              key={way}
              className="flex min-h-11 flex-1 cursor-pointer items-center justify-center rounded-full text-sm font-medium has-checked:bg-accent has-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent forced-colors:has-checked:outline-2"
            >
              <input
                type="radio"
                name="edit"
                className="sr-only"
                checked={edit === way}
                onChange={() => setEdit(way)}
              />
              {texts(way === "set" ? "setDate" : "shiftDate")}
            </label>
          ))}
        </fieldset>
        {edit === "set" ? (
          <div className="grid gap-3">
            <Field
              type="datetime-local"
              label={texts("dateAndTime")}
              value={at}
              min="1826-01-01T00:00"
              max="9999-12-31T23:59"
              step={1}
              onChange={(event) => setAt(event.target.value)}
            />
            {zone === null ? null : (
              <label className="flex min-h-11 items-center gap-3 text-sm">
                <input
                  type="checkbox"
                  className="size-5 accent-accent"
                  checked={keepsZone}
                  onChange={(event) => setKeepsZone(event.target.checked)}
                />
                <span>
                  {texts("keepZone")}
                  <span className="block text-quiet">
                    {texts("keepZoneHint", { offset: offsetOf(zone) })}
                  </span>
                </span>
              </label>
            )}
          </div>
        ) : (
          <ShiftFields shift={shift} onChange={setShift} />
        )}
        <Preview ends={ends} after={after} />
        <FormError message={error} />
        <div className="flex flex-wrap gap-2">
          <button type="submit" className={primaryButton} disabled={pending}>
            {texts("save")}
          </button>
          <button type="button" className={quietButton} onClick={onClose}>
            {texts("cancel")}
          </button>
          {canGoBack ? (
            <button
              type="button"
              className={quietButton}
              disabled={pending}
              onClick={() => run({ edit: "reset" })}
            >
              {texts("backToFileDate")}
            </button>
          ) : null}
          <p role="status" className="ms-auto self-center text-sm text-quiet tabular-nums empty:hidden">
            {pending && done > 0 ? texts("datesProgress", { done, total: pictures.length }) : null}
          </p>
        </div>
      </form>
    </dialog>,
    document.body,
  );
}

interface Shift {
  sign: 1 | -1;
  days: string;
  hours: string;
  minutes: string;
}

const minutesOf = ({ sign, days, hours, minutes }: Shift): number =>
  sign * Math.round(Number(days) * 1440 + Number(hours) * 60 + Number(minutes)) || 0;

function ShiftFields({ shift, onChange }: { shift: Shift; onChange(shift: Shift): void }) {
  const texts = useTexts("image");
  const id = useId();
  return (
    <div className="grid gap-3">
      <div className="grid gap-1.5">
        <label htmlFor={id} className="text-sm font-medium">
          {texts("shiftWhere")}
        </label>
        <select
          id={id}
          className="min-h-11 w-full rounded-lg border border-field bg-raised px-3 text-base"
          value={shift.sign}
          onChange={(event) => onChange({ ...shift, sign: event.target.value === "1" ? 1 : -1 })}
        >
          <option value={1}>{texts("later")}</option>
          <option value={-1}>{texts("earlier")}</option>
        </select>
      </div>
      <div className="grid grid-cols-3 gap-2">
        {(["days", "hours", "minutes"] as const).map((unit) => (
          <Field
            key={unit}
            type="number"
            inputMode="numeric"
            min={0}
            max={100_000}
            label={texts(unit)}
            value={shift[unit]}
            placeholder="0"
            onChange={(event) => onChange({ ...shift, [unit]: event.target.value })}
          />
        ))}
      </div>
    </div>
  );
}

/** What becomes of the first and of the last one. */
function Preview({ ends, after }: { ends: ImageWithAlbums[]; after(before: number): number }) {
  const texts = useTexts("image");
  const language = useLanguage();
  const moment = (at: number): ReactNode =>
    Number.isNaN(new Date(at).getTime()) ? "…" : formatMoment(language, "UTC", at);
  if (ends.length === 0) return <div aria-hidden className="h-14 rounded-lg bg-sunken" />;
  return (
    <dl className="grid gap-3 rounded-lg bg-sunken px-4 py-3 text-sm">
      {ends.map((image, index) => (
        <div key={image.id}>
          <dt className="text-quiet">
            {ends.length === 1 ? <bdi>{image.title}</bdi> : texts(index === 0 ? "first" : "last")}
          </dt>
          <dd className="tabular-nums">
            {after(image.capturedAt) === image.capturedAt ? null : (
              <s className="block text-quiet">{moment(image.capturedAt)}</s>
            )}
            <span className="block font-medium">{moment(after(image.capturedAt))}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** As a field for date and time has it: the clock as it was written. */
const localTimeOf = (at: number | undefined): string =>
  at === undefined ? "" : new Date(at).toISOString().slice(0, "2024-07-31T18:05:09".length);
