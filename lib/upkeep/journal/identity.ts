import "server-only";
import { asc, desc, ne } from "drizzle-orm";
import { z } from "zod";
import { database } from "@/lib/db/client";
import { findInstallation } from "@/lib/db/installation";
import { images, installation, journalParts } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { journal, media } from "@/lib/storage/locations";
import { isBehind } from "./parts";

const identityName = "pail.json";
const identityShape = z.object({ format: z.literal(1), installation: z.string().min(1) });
/** Of so many pictures, the oldest and the newest, it is looked whether they lie in the bucket. */
const looksAt = 5;

/**
 * Makes sure that bucket and database are one Pail's: they say so once something was told. Whoever is first says it to the other.
 *
 * @param takesOver whether a database without pictures may become that of a bucket which belongs to a Pail already
 * @throws AppError `other_pail`; nothing was changed then
 */
export async function requireOwnBucket({ takesOver }: { takesOver: boolean }): Promise<void> {
  const [ofBucket, ofDatabase] = await Promise.all([readIdentity(), findInstallation()]);
  if (ofBucket !== null && ofBucket === ofDatabase) return;
  if (ofBucket !== null && ofDatabase !== null) {
    throw otherPail("This bucket belongs to another Pail than this database");
  }
  if (ofBucket !== null) {
    const overlap = await findOverlap();
    if (overlap === "none") throw otherPail("This bucket belongs to another Pail than this database");
    if (!takesOver && (overlap === "empty" || (await isBehind()))) {
      const sentence = `This database does not know what the journal of its bucket tells. “npm run manage -- images rebuild” takes it over; until then nothing is added to it.`;
      throw new AppError("other_pail", sentence);
    }
    await keepInstallation(ofBucket);
    return;
  }
  if (takesOver && (await findOverlap()) === "none")
    throw otherPail("This database belongs to another bucket");
  // Of two at once one wins, and all go on with what it has said.
  const id = await keepInstallation(ofDatabase ?? newId());
  const text = JSON.stringify({ format: 1, installation: id });
  const took = await journal().save(identityName, text, { type: "application/json" });
  if (took === identityName) {
    // Another bucket, or one that lost its journal: all is to be told again.
    await database().orm.delete(journalParts);
    return;
  }
  await journal().delete([took]);
  if ((await readIdentity()) !== id)
    throw otherPail("This bucket belongs to another Pail than this database");
}

/** Throws AppError `other_pail` where bucket and database say that they are of two. */
export async function refuseOtherPail(): Promise<void> {
  const [ofBucket, ofDatabase] = await Promise.all([readIdentity(), findInstallation()]);
  if (ofBucket !== null && ofDatabase !== null && ofBucket !== ofDatabase)
    throw otherPail("This bucket belongs to another Pail than this database");
}

/** Null where the bucket belongs to no Pail yet. */
async function readIdentity(): Promise<string | null> {
  if (!(await journal().exists(identityName))) return null;
  const text = (await journal().read(identityName)).toString("utf8");
  try {
    return identityShape.parse(JSON.parse(text)).installation;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    const where = journal().key(identityName);
    throw new AppError("other_pail", `${where} in the bucket is damaged, or of a newer Pail.`, { cause });
  }
}

async function keepInstallation(id: string): Promise<string> {
  const { orm } = database();
  await orm.insert(installation).values({ one: 1, id }).onConflictDoNothing();
  return (await findInstallation()) ?? id;
}

/** Whether pictures of this database lie in this bucket. `empty`: it has no pictures. */
async function findOverlap(): Promise<"empty" | "some" | "none"> {
  const { orm } = database();
  const some = (order: ReturnType<typeof asc>) =>
    orm
      .select({ keys: images.keys })
      .from(images)
      .where(ne(images.state, "purging"))
      .orderBy(order)
      .limit(looksAt);
  const rows = [...(await some(asc(images.id))), ...(await some(desc(images.id)))];
  const storage = media();
  for (const { keys } of rows) {
    const isHere = keys.original.startsWith(`${storage.location}/`);
    if (isHere && (await storage.exists(storage.nameOf(keys.original)))) return "some";
  }
  return rows.length === 0 ? "empty" : "none";
}

const otherPail = (what: string) =>
  new AppError("other_pail", `${what}: check S3_BUCKET and DATABASE_URL. Nothing was changed.`);
