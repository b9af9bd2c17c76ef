import type { Backup, ListedBackup } from "@/lib/upkeep/backup/backup";
import { backUpToBucket, backUpToFile, listBackups } from "@/lib/upkeep/backup/backup";
import { type Command, counted } from "./command";
import { withBucket } from "./with-bucket";

export const backupCommand: Command = {
  usage: "[--to FILE|FOLDER | --list]   (without --to: into the bucket)",
  options: { to: { type: "string" }, list: { type: "boolean" } },
  async run({ to, list }) {
    if (list === true) {
      const found = await withBucket(listBackups);
      return {
        data: { backups: found },
        text: found.length === 0 ? "There is no backup in the bucket." : found.map(line).join("\n"),
      };
    }
    const made =
      to === undefined ? await withBucket(() => backUpToBucket("manual")) : await backUpToFile(String(to));
    return { data: made, text: describe(made) };
  },
};

const line = ({ key, bytes }: ListedBackup): string => `${key}  ${bytes} bytes`;

function describe({ place, manifest: { rows } }: Backup): string {
  return `The database, with ${counted(rows.users, "account")} and ${counted(rows.images, "picture")}, is in ${place}. It holds hashes of passwords: keep it to yourself.`;
}
