import { text } from "node:stream/consumers";
import type { z } from "zod";
import { createAdmin, newAccountShape } from "@/lib/accounts/users";
import { database } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { AppError } from "@/lib/errors";
import type { Command } from "./command";

export const createAdminCommand: Command = {
  usage: "--email a@b.c [--name NAME]   (password on standard input)",
  options: { email: { type: "string" }, name: { type: "string" } },
  async run({ email, name }) {
    if (typeof email !== "string") throw new AppError("usage", "Say whose account: --email you@example.org");
    const password = await readPassword();
    const parsed = newAccountShape.safeParse({ email, password, name: name ?? email.split("@")[0] });
    if (!parsed.success) throw new AppError("invalid_input", firstLine(parsed.error));
    await migrate(database());
    const outcome = await createAdmin(parsed.data);
    const sentence = outcome === "created" ? "is an admin now" : "is an admin, with this password";
    return { data: { email: parsed.data.email, outcome }, text: `${parsed.data.email} ${sentence}.` };
  },
};

/** The first line of standard input. */
export async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  const [password = ""] = (await text(process.stdin)).split(/\r?\n/, 1);
  return password;
}

export const firstLine = (error: z.ZodError): string => error.issues[0]?.message ?? "That is not an account.";
