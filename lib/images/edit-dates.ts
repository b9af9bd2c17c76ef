import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { isPlausible, newestMs, oldestMs, readClockTime } from "./clock-time";
import { capturedSources, type EarlierDate, maxImagesPerAction } from "./contract";
import { isReady } from "./gallery";
import { areOwn, imageIdShape, manyIdsShape, notFound } from "./image";

const minuteMs = 60_000;

/**
 * `set`: what the clock is to have shown, like 2024-07-31T18:05 with seconds or without, its zone kept or none. `shift`: by so many
 * minutes. `reset`: to what the picture or its file says.
 */
export const dateEditShape = z.discriminatedUnion("edit", [
  z.object({
    edit: z.literal("set"),
    ids: manyIdsShape,
    at: z.string().max(40),
    zone: z.enum(["kept", "none"]),
  }),
  z.object({ edit: z.literal("shift"), ids: manyIdsShape, minutes: z.int() }),
  z.object({ edit: z.literal("reset"), ids: manyIdsShape }),
]);
export type DateEdit = z.infer<typeof dateEditShape>;

/**
 * Through JSON half a character would get into a row, and with it the libSQL driver ends the process that reads it; what follows a NUL
 * it leaves out.
 */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

export const earlierDatesShape = z
  .array(
    z.object({
      id: imageIdShape,
      capturedAt: z.int().refine(isPlausible),
      capturedZoneMinutes: z.int().min(-900).max(900).nullable(),
      capturedOrder: z.string().max(2000).refine(isStorable),
      capturedSource: z.enum(capturedSources),
      isDateEdited: z.boolean(),
    }),
  )
  .min(1)
  .max(maxImagesPerAction) satisfies z.ZodType<EarlierDate[]>;

/**
 * Gives the viewer's pictures another date, all of them or none, and returns what each had before, for `restoreDates`. Those that
 * are not there any more are left out. Throws AppError `not_found` where none is left, `no_date` or `shift_too_far`.
 */
export async function editDates(viewer: Viewer, edit: DateEdit): Promise<EarlierDate[]> {
  const own = areOwn(viewer, edit.ids);
  const db = database();
  const [earlier, changed] = await db.atomic([
    db.orm.select(dateColumns).from(images).where(own),
    db.orm
      .update(images)
      .set(changeOf(edit))
      .where(and(own, conditionOf(edit, own)))
      .returning({ id: images.id }),
  ]);
  if (earlier.length === 0) throw notFound();
  if (changed.length === 0 && edit.edit === "shift") throw new AppError("shift_too_far");
  return earlier.map(({ capturedAt, ...date }) => ({ ...date, capturedAt: capturedAt.getTime() }));
}

/** Undoes `editDates`, exactly. Pictures that are not there any more are left out. */
export async function restoreDates(viewer: Viewer, earlier: EarlierDate[]): Promise<void> {
  const given = (name: keyof EarlierDate) => sql`json_extract(j.value, ${`$.${name}`})`;
  const wasEdited = given("isDateEdited");
  await database()
    .orm.update(images)
    .set({
      capturedAt: given("capturedAt"),
      capturedZoneMinutes: given("capturedZoneMinutes"),
      capturedOrder: given("capturedOrder"),
      capturedSource: given("capturedSource"),
      isDateEdited: wasEdited,
      facts: sql`case when ${wasEdited} then ${images.facts} else json_remove(${images.facts}, '$.unedited') end`,
    })
    .from(sql`json_each(${JSON.stringify(earlier)}) as j`)
    .where(and(eq(images.id, given("id")), sql`+${images.ownerId} = ${viewer.id}`, isReady));
}

const dateColumns = {
  id: images.id,
  capturedAt: images.capturedAt,
  capturedZoneMinutes: images.capturedZoneMinutes,
  capturedOrder: images.capturedOrder,
  capturedSource: images.capturedSource,
  isDateEdited: images.isDateEdited,
};

const isEdited = sql`${images.isDateEdited} = 1`;
const unedited = (name: string): SQL => sql`json_extract(${images.facts}, ${`$.unedited.${name}`})`;

/** In SQL, so that nobody else's change comes between reading and writing. */
function changeOf(edit: DateEdit) {
  if (edit.edit === "reset") {
    return {
      capturedAt: unedited("at"),
      capturedZoneMinutes: unedited("zoneMinutes"),
      capturedOrder: unedited("order"),
      capturedSource: unedited("source"),
      isDateEdited: false,
      facts: sql`json_remove(${images.facts}, '$.unedited')`,
    };
  }
  const kept = {
    isDateEdited: true,
    // What the date was stays where it can be had back from, also where it is set again.
    facts: sql`case when ${isEdited} then ${images.facts} else json_set(coalesce(${images.facts}, '{}'), '$.unedited', json_object(
      'at', ${images.capturedAt}, 'zoneMinutes', ${images.capturedZoneMinutes},
      'order', ${images.capturedOrder}, 'source', ${images.capturedSource})) end`,
  };
  if (edit.edit === "shift")
    return { ...kept, capturedAt: sql`${images.capturedAt} + ${shiftMs(edit.minutes)}` };
  return {
    ...kept,
    capturedAt: new Date(requireDate(edit.at)),
    ...(edit.zone === "none" && { capturedZoneMinutes: null }),
    // What followed the millisecond was of the other date; pictures of one moment stay in the order of their names.
    capturedOrder: sql`case when ${images.capturedOrder} = '' then '' else '000' || substr(${images.capturedOrder}, 4) end`,
  };
}

function conditionOf(edit: DateEdit, own: SQL | undefined): SQL | undefined {
  if (edit.edit === "set") return undefined;
  if (edit.edit === "reset") return and(isEdited, sql`${unedited("at")} is not null`);
  // The subquery sees the table under another name, and all of them as they were.
  return sql`not exists (select 1 from ${images} where ${own}
    and ${images.capturedAt} + ${shiftMs(edit.minutes)} not between ${oldestMs} and ${newestMs()})`;
}

function requireDate(text: string): number {
  const isWritten = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text);
  const clock = isWritten ? readClockTime(text) : null;
  if (clock === null) throw new AppError("no_date");
  return clock.at;
}

function shiftMs(minutes: number): number {
  const ms = minutes * minuteMs;
  if (Math.abs(ms) > newestMs() - oldestMs) throw new AppError("shift_too_far");
  return ms;
}
