import "server-only";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { inArray, max } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { journalParts } from "@/lib/db/schema";
import { journal } from "@/lib/storage/locations";
import type { Kind, Record } from "./records";

/** A part tells what was changed, or, as a folder, all that there was when it was begun. Their names have the order of time. */
export interface Part {
  name: string;
  isWhole: boolean;
  bytes: number;
  /** the objects of it, in order */
  objects: string[];
}

/** Says, as the first line of an object of a whole, of which rows it tells all: those behind `after`, up to `upTo`. */
export interface Span {
  kind: Kind;
  after: string;
  /** null: to the last */
  upTo: string | null;
}

const ending = ".jsonl.gz";
/** Written last: a folder without it was cut short. */
const seal = "whole.json";
const partName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{8}$/;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/**
 * A name that no other part has and that comes after all those this database knows, also where the clock was put back. It is known
 * from here on: what this database has begun to write is no news to it.
 */
export async function newPartName(): Promise<string> {
  const { orm } = database();
  const [row] = await orm.select({ last: max(journalParts.name) }).from(journalParts);
  const last = row?.last ? timeOf(row.last) + 1 : 0;
  const time = new Date(Math.max(now().getTime(), last)).toISOString().replaceAll(/[:.]/g, "-");
  const name = `${time}-${randomBytes(4).toString("hex")}`;
  await orm.insert(journalParts).values({ name });
  return name;
}

const timeOf = (name: string): number =>
  Date.parse(name.replace(/^(.{13})-(..)-(..)-(...Z).*$/, "$1:$2:$3.$4"));

export const changesObject = (part: string): string => `${part}${ending}`;
export const wholeObject = (part: string, index: number): string =>
  `${part}/${String(index).padStart(6, "0")}${ending}`;

export async function writeObject(name: string, records: Record[], span?: Span): Promise<void> {
  const lines = [...(span === undefined ? [] : [{ span }]), ...records].map((line) => JSON.stringify(line));
  const body = await zip(`${lines.join("\n")}\n`);
  await journal().save(name, body, { type: "application/gzip", overwrite: true });
}

export async function sealWhole(part: string, objects: number): Promise<void> {
  const text = JSON.stringify({ format: 1, objects });
  await journal().save(`${part}/${seal}`, text, { type: "application/json", overwrite: true });
}

/** Null where it is damaged. What a newer Pail tells of other things is left out. */
export async function readObject(name: string): Promise<{ records: Record[]; span: Span | null } | null> {
  try {
    const text = (await unzip(await journal().read(name))).toString("utf8");
    const lines = text.split("\n").filter((line) => line !== "");
    const read = lines.map((line) => JSON.parse(line) as Partial<Record> & { span?: Span });
    const records = read.filter(isRecord);
    return { records, span: read[0]?.span ?? null };
  } catch (error) {
    if (error instanceof SyntaxError || isOfZlib(error)) return null;
    throw error;
  }
}

const isRecord = (line: Partial<Record>): line is Record =>
  typeof line.kind === "string" && typeof line.id === "string" && typeof line.row === "object";

const isOfZlib = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith("Z_");

/**
 * What lies in the journal, in the order of time: the last whole part, and what was changed since. `outdated` are the objects that
 * nothing follows from any more.
 */
export async function listParts(): Promise<{ parts: Part[]; outdated: string[] }> {
  const [byName, sealed] = [new Map<string, Part>(), new Set<string>()];
  for await (const { files } of journal().listdir("", { recursive: true })) {
    for (const { name: object, bytes } of files) {
      const [name = ""] = object.split(/\/|\.jsonl\.gz$/, 1);
      if (!partName.test(name)) continue;
      const part = byName.get(name) ?? { name, isWhole: object.includes("/"), bytes: 0, objects: [] };
      byName.set(name, part);
      if (object.endsWith(ending)) part.objects.push(object);
      else sealed.add(name);
      part.bytes += bytes;
    }
  }
  const all = [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const part of all) part.objects.sort();
  const begin = all.findLast((part) => part.isWhole && sealed.has(part.name))?.name ?? "";
  const counts = (part: Part) => part.name >= begin && (!part.isWhole || sealed.has(part.name));
  const isOutdated = (part: Part) => part.name < begin;
  return {
    parts: all.filter(counts),
    outdated: all
      .filter(isOutdated)
      .flatMap((part) => [...part.objects, ...(sealed.has(part.name) ? [`${part.name}/${seal}`] : [])]),
  };
}

/** Those of the parts that this database neither wrote nor took over. */
export async function newsAmong(parts: Part[]): Promise<Set<string>> {
  const known = new Set<string>();
  const atOnce = 500;
  for (let start = 0; start < parts.length; start += atOnce) {
    const names = parts.slice(start, start + atOnce).map(({ name }) => name);
    const rows = await database()
      .orm.select({ name: journalParts.name })
      .from(journalParts)
      .where(inArray(journalParts.name, names));
    for (const { name } of rows) known.add(name);
  }
  return new Set(parts.map(({ name }) => name).filter((name) => !known.has(name)));
}

/** Whether the bucket tells of changes that this database does not know: it is older than the bucket. */
export async function isBehind(): Promise<boolean> {
  return (await newsAmong((await listParts()).parts)).size > 0;
}
