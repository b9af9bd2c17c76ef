import { passwordShape, setPassword } from "@/lib/accounts/users";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { AppError } from "@/lib/errors";
import type { Command } from "./command";
import { firstLine, readPassword } from "./create-admin";

export const setPasswordCommand: Command = {
  usage:
    "--email a@b.c [--account ID]   (password on standard input; --account gives this account the address too)",
  options: { email: { type: "string" }, account: { type: "string" } },
  async run({ email, account }) {
    if (typeof email !== "string") throw new AppError("usage", "Say whose account: --email you@example.org");
    const parsed = passwordShape.safeParse({ email, account, password: await readPassword() });
    if (!parsed.success) throw new AppError("invalid_input", firstLine(parsed.error));
    await migrate(database());
    await setPassword(parsed.data);
    return {
      data: { email: parsed.data.email },
      text: `${parsed.data.email} can sign in with this password.`,
    };
  },
};
