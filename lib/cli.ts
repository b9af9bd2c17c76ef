import { parseArgs } from "node:util";
import type { Command, Flags } from "@/lib/commands/command";
import { AppError } from "@/lib/errors";

interface Entry {
  summary: string;
  /** Only the command that runs is loaded: each needs other packages, and some take seconds. */
  load(): Promise<Command>;
}

const commands: Record<string, Entry> = {
  start: {
    summary:
      "build if needed, migrate, start the local bucket if no bucket is set, serve the pages (npm start)",
    load: async () => (await import("@/lib/commands/start")).startCommand,
  },
  standalone: {
    summary: "build, and pack all that a server needs into one folder, which runs by “node server.js”",
    load: async () => (await import("@/lib/commands/standalone")).standaloneCommand,
  },
  migrate: {
    summary: "bring the database's tables up to date",
    load: async () => (await import("@/lib/commands/migrate")).migrateCommand,
  },
  "setup-link": {
    summary: "print the one-time link that makes the first account, while there is none",
    load: async () => (await import("@/lib/commands/setup-link")).setupLinkCommand,
  },
  build: {
    summary:
      "what a deploy to a serverless host runs: check the settings, build the pages, migrate, examine the bucket, print the set-up link",
    load: async () => (await import("@/lib/commands/build-for-host")).buildCommand,
  },
  "create-admin": {
    summary: "make an admin account, or give an account a new password and make it one",
    load: async () => (await import("@/lib/commands/create-admin")).createAdminCommand,
  },
  "bucket serve": {
    summary: "serve the local bucket alone (npm start does so by itself), or with --data one for any tests",
    load: async () => (await import("@/lib/commands/bucket-serve")).bucketServeCommand,
  },
  "bucket check": {
    summary: "compare the local bucket's index with its files; with --deep every byte",
    load: async () => (await import("@/lib/commands/bucket-check")).bucketCheckCommand,
  },
  "bucket setup": {
    summary: "make the bucket what Pail needs, and say what was changed; with --plan only what would be",
    load: async () => (await import("@/lib/commands/bucket-setup")).bucketSetupCommand,
  },
  "bucket list": {
    summary: "show the account's buckets; a star marks the one that is configured",
    load: async () => (await import("@/lib/commands/bucket-list")).bucketListCommand,
  },
  "bucket iam-policy": {
    summary:
      "print the least that the running app (or --for setup, --for collect-static) needs, as an IAM policy",
    load: async () => (await import("@/lib/commands/bucket-iam-policy")).bucketIamPolicyCommand,
  },
  "bucket doctor": {
    summary:
      "find out whether Pail can work with the bucket, and what to do where not; exit code 2: it cannot",
    load: async () => (await import("@/lib/commands/bucket-doctor")).bucketDoctorCommand,
  },
  "collect-static": {
    summary:
      "build if needed, and put the build's and public/'s files under the bucket's static location, for STATIC_URL",
    load: async () => (await import("@/lib/commands/collect-static")).collectStaticCommand,
  },
  upload: {
    summary: "send pictures to a Pail, this one or another, with a token made under its Settings",
    load: async () => (await import("@/lib/commands/upload")).uploadCommand,
  },
  "images refresh": {
    summary: "read again what the pictures say of themselves, like their dates, and mend what is kept of it",
    load: async () => (await import("@/lib/commands/images-refresh")).imagesRefreshCommand,
  },
  "uploads sweep": {
    summary:
      "confirm what arrived and was left, delete what nobody will use any more: unfinished uploads, leftover objects, emptied trash",
    load: async () => (await import("@/lib/commands/uploads-sweep")).uploadsSweepCommand,
  },
  "uploads reconcile": {
    summary: "compare the pictures with the bucket, both ways; with --repair delete what has no other half",
    load: async () => (await import("@/lib/commands/uploads-reconcile")).uploadsReconcileCommand,
  },
};

const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) process.exit(exitCode);

/** Runs the command that the arguments name. Exit codes: 0 done, 1 failed (one sentence says why), 2 not asked for rightly. */
async function main(args: string[]): Promise<number | undefined> {
  const name = Object.keys(commands).find((candidate) => `${args.join(" ")} `.startsWith(`${candidate} `));
  const entry = name === undefined ? undefined : commands[name];
  if (name === undefined || entry === undefined) {
    if (args[0] !== "--help") {
      console.error(overview());
      return 2;
    }
    console.log(overview());
    return 0;
  }
  try {
    const command = await entry.load();
    const rest = args.slice(name.split(" ").length);
    const { flags, files } = parse(rest, command);
    if (flags.help === true) {
      console.log(helpOf(name, entry.summary, command));
      return 0;
    }
    const result = await command.run(flags, files);
    if (result !== undefined) console.log(flags.json === true ? JSON.stringify(result.data) : result.text);
    // A command that serves has no result, and goes on after this.
    return result === undefined ? undefined : (result.exitCode ?? 0);
  } catch (error) {
    // The console of a server belongs to its log.
    process.stderr.write(`${sentenceOf(error)}\n`);
    return isUsage(error) ? 2 : 1;
  }
}

function parse(args: string[], { options, takesFiles = false }: Command): { flags: Flags; files: string[] } {
  const common = { help: { type: "boolean" }, json: { type: "boolean" } } as const;
  const parsed = parseArgs({ args, options: { ...options, ...common }, allowPositionals: takesFiles });
  return { flags: parsed.values as Flags, files: parsed.positionals };
}

function isUsage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "usage" || String(code).startsWith("ERR_PARSE_ARGS");
}

function sentenceOf(error: unknown): string {
  const { message } = error as Error;
  return error instanceof AppError || isUsage(error) ? message : `Pail failed: ${message || String(error)}`;
}

function helpOf(name: string, summary: string, { usage, options = {} }: Command): string {
  const flags = ["json", ...Object.keys(options)].map((flag) => `--${flag}`).join(", ");
  return `npm run manage -- ${name} ${usage ?? ""}\n  ${summary}\n  options: ${flags}, --help`;
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `npm run manage -- <command>\n${lines.join("\n")}\n  --help after a command says more.`;
}
