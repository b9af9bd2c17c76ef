import { AppError } from "@/lib/errors";
import { isInBucket, type Restored, restore } from "@/lib/upkeep/backup/restore";
import { type Command, counted } from "./command";
import { withBucket } from "./with-bucket";

export const restoreCommand: Command = {
  usage: "FILE|KEY|latest [--check] [--force]   (--check changes nothing; --force takes also another Pail's)",
  options: { check: { type: "boolean" }, force: { type: "boolean" } },
  takesFiles: true,
  async run({ check, force }, [which, ...more]) {
    if (which === undefined || more.length > 0)
      throw new AppError("usage", "Say which backup: a file, a key in the bucket, or latest.");
    const wishes = { check: check === true, force: force === true };
    const work = () => restore(which, wishes);
    const restored = isInBucket(which) ? await withBucket(work) : await work();
    return { data: restored, text: describe(restored, wishes.check) };
  },
};

function describe({ from, madeAt, rows, kept }: Restored, isChecked: boolean): string {
  const what = `${from}${madeAt === null ? "" : `, made at ${madeAt},`} with ${counted(rows.users, "account")} and ${counted(rows.images, "picture")},`;
  if (isChecked) return `${what} is whole, and can be restored. Nothing was changed.`;
  const undo =
    kept === null
      ? ""
      : ` What was there is kept in ${kept}: “npm run manage -- restore ${kept}” brings it back.`;
  return `${what} is now the database.${undo}`;
}
