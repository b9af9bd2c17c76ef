import "server-only";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import mime from "mime";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import type { Storage } from "./storage";

/** What the last run left in the location, written when everything else was there. */
export const manifestName = "staticfiles.json";
const uploadsAtOnce = 8;

/** A file on this machine, and its name in the static location. */
export interface StaticFile {
  name: string;
  path: string;
  /** Other bytes would have another name, so it may be cached for good. */
  isHashed: boolean;
}

const entryShape = z.object({
  /** of the file as it is on this machine, in hex */
  sha256: z.string(),
  type: z.string(),
  cacheControl: z.string(),
  /** length of the object, which may be compressed */
  bytes: z.number(),
  encoding: z.literal("gzip").optional(),
});
const manifestShape = z.object({ files: z.record(z.string(), entryShape) });
type Entry = z.infer<typeof entryShape>;
type Wanted = Pick<Entry, "sha256" | "type" | "cacheControl">;

export interface StaticPlan {
  changed: (StaticFile & { wanted: Wanted })[];
  unchanged: Record<string, Entry>;
  /** what is in the location and none of the files */
  leftovers: string[];
  /** Does the manifest say something else than it will? */
  isManifestStale: boolean;
}

/**
 * Compares the files with what the manifest says of the location, and with what is listed there: a request for the manifest,
 * and one for every 1,000 objects.
 */
export async function planStaticFiles(storage: Storage, files: StaticFile[]): Promise<StaticPlan> {
  const [manifest, present] = await Promise.all([readManifest(storage), listSizes(storage)]);
  const plan: StaticPlan = { changed: [], unchanged: {}, leftovers: [], isManifestStale: false };
  for (const file of files) {
    if (file.name === manifestName)
      throw new AppError("usage", `${file.path} must have another name: Pail keeps its manifest there.`);
    const wanted = await wantedOf(file);
    const entry = manifest.get(file.name);
    if (entry !== undefined && entry.bytes === present.get(file.name) && isOf(entry, wanted))
      plan.unchanged[file.name] = entry;
    else plan.changed.push({ ...file, wanted });
  }
  const names = new Set([manifestName, ...files.map(({ name }) => name)]);
  plan.leftovers = [...present.keys()].filter((name) => !names.has(name));
  plan.isManifestStale = plan.changed.length > 0 || Object.keys(plan.unchanged).length !== manifest.size;
  return plan;
}

/**
 * Sends what changed, a few files at a time, then the manifest. Cut short, it leaves the manifest of before, and the next run
 * sends again what is not in it.
 */
export async function putStaticFiles(
  storage: Storage,
  plan: StaticPlan,
  onSent: (sent: number) => void = () => {},
): Promise<void> {
  if (!plan.isManifestStale) return;
  const files = { ...plan.unchanged };
  let sent = 0;
  // An error in one of the loops closes the generator, and so ends the others.
  const queue = (function* () {
    yield* plan.changed;
  })();
  const work = async () => {
    for (const file of queue) {
      files[file.name] = await putFile(storage, file);
      sent += 1;
      onSent(sent);
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, work));
  const inOrder = Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
  await storage.save(manifestName, JSON.stringify({ files: inOrder }, null, 1), {
    type: "application/json",
    cacheControl: "no-cache",
    overwrite: true,
  });
}

async function putFile(
  storage: Storage,
  { name, path, wanted }: StaticPlan["changed"][number],
): Promise<Entry> {
  const { type, cacheControl } = wanted;
  const { body, encoding } = await bodyOf(path, type);
  let bytes = 0;
  const counted = (async function* () {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  })();
  await storage.save(name, counted, { type, cacheControl, overwrite: true, ...encoding });
  return { ...wanted, bytes, ...encoding };
}

/** Every browser reads gzip; pictures and fonts are compressed already. */
async function bodyOf(path: string, type: string) {
  if (!/^text\/|json|javascript|xml|wasm/.test(type)) return { body: createReadStream(path) };
  const plain = await readFile(path);
  const compressed = await promisify(gzip)(plain, { level: 9 });
  return compressed.length < plain.length
    ? { body: [compressed], encoding: { encoding: "gzip" } as const }
    : { body: [plain] };
}

async function wantedOf({ name, path, isHashed }: StaticFile): Promise<Wanted> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const type = mime.getType(name) ?? "application/octet-stream";
  return {
    sha256: hash.digest("hex"),
    type: type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    cacheControl: isHashed ? "public, max-age=31536000, immutable" : "public, max-age=3600",
  };
}

const isOf = (entry: Entry, wanted: Wanted): boolean =>
  entry.sha256 === wanted.sha256 && entry.type === wanted.type && entry.cacheControl === wanted.cacheControl;

/** An unreadable one counts as none: everything is sent again. */
async function readManifest(storage: Storage): Promise<Map<string, Entry>> {
  try {
    const { files } = manifestShape.parse(JSON.parse(String(await storage.read(manifestName))));
    return new Map(Object.entries(files));
  } catch (error) {
    const isNone = error instanceof AppError ? error.code === "not_found" : isUnreadable(error);
    if (isNone) return new Map();
    throw error;
  }
}

const isUnreadable = (error: unknown): boolean => error instanceof SyntaxError || error instanceof z.ZodError;

async function listSizes(storage: Storage): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { files } of storage.listdir("", { recursive: true }))
    for (const { name, bytes } of files) sizes.set(name, bytes);
  return sizes;
}
