import { findSetupUrl } from "@/lib/accounts/users";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { env } from "@/lib/env";
import type { Command } from "./command";

export const setupLinkCommand: Command = {
  async run() {
    await migrate(database());
    const setupUrl = await findSetupUrl();
    const thereIsOne = `There is an account already: sign in at ${env().appOrigin}/sign-in`;
    return { data: { setupUrl }, text: setupUrl ?? thereIsOne };
  },
};
