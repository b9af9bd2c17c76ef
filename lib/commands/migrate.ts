import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import type { Command } from "./command";

export const migrateCommand: Command = {
  async run() {
    await migrate(database());
    return { data: { migrated: true }, text: "The database is up to date." };
  },
};
