import { parseArgs } from "node:util";
import { bucketServeCommand } from "@/lib/commands/bucket-serve";
import { bucketSetupCommand } from "@/lib/commands/bucket-setup";
import type { Command, Flags } from "@/lib/commands/command";
import { createAdminCommand } from "@/lib/commands/create-admin";
import { migrateCommand } from "@/lib/commands/migrate";
import { startCommand } from "@/lib/commands/start";
import { uploadsSweepCommand } from "@/lib/commands/uploads-sweep";
import { setEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";

const commands: Record<string, Command> = {
  start: startCommand,
  migrate: migrateCommand,
  "create-admin": createAdminCommand,
  "bucket serve": bucketServeCommand,
  "bucket setup": bucketSetupCommand,
  "uploads sweep": uploadsSweepCommand,
};

// The pinned SDK runs on Node 20; its notice about next year's versions is for those who build Pail.
setEnv({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" });
const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) process.exit(exitCode);

/** Runs the command that the arguments name. Exit codes: 0 done, 1 failed (one sentence says why), 2 no such command. */
async function main(args: string[]): Promise<number | undefined> {
  const name = Object.keys(commands).find((candidate) => `${args.join(" ")} `.startsWith(`${candidate} `));
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || command === undefined) {
    if (args[0] !== "--help") {
      console.error(overview());
      return 2;
    }
    console.log(overview());
    return 0;
  }
  try {
    const rest = args.slice(name.split(" ").length);
    const flags = parseFlags(rest, command);
    if (flags.help === true) {
      console.log(helpOf(name, command));
      return 0;
    }
    const result = await command.run(flags);
    if (result !== undefined) console.log(flags.json === true ? JSON.stringify(result.data) : result.text);
    // A command that serves has no result, and goes on after this.
    return result === undefined ? undefined : 0;
  } catch (error) {
    console.error(sentenceOf(error));
    return (error as { code?: unknown }).code === "usage" ? 2 : 1;
  }
}

function parseFlags(args: string[], { options }: Command): Flags {
  const common = { help: { type: "boolean" }, json: { type: "boolean" } } as const;
  return parseArgs({ args, options: { ...options, ...common } }).values as Flags;
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("ERR_PARSE_ARGS")) return message;
  return `Pail failed: ${message || String(error)}`;
}

function helpOf(name: string, { summary, usage, options = {} }: Command): string {
  const flags = ["json", ...Object.keys(options)].map((flag) => `--${flag}`).join(", ");
  return `npm run manage -- ${name} ${usage ?? ""}\n  ${summary}\n  options: ${flags}, --help`;
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `npm run manage -- <command>\n${lines.join("\n")}\n  --help after a command says more.`;
}
