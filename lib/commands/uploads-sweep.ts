import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { sweep } from "@/lib/upkeep/sweep";
import type { Command } from "./command";

export const uploadsSweepCommand: Command = {
  async run() {
    await migrate(database());
    const report = await sweep();
    return {
      data: report,
      text: `Confirmed ${report.confirmed} uploads, ended ${report.expired} unfinished ones, forgot ${report.forgotten}, deleted ${report.objects} leftover objects, the parts of ${report.multiparts} unfinished ones, and ${report.purged} pictures from the trash.`,
    };
  },
};
