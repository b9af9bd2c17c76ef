import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

const vcConfigShape = z.object({
  handler: z.string(),
  memory: z.number().optional(),
  maxDuration: z.number().optional(),
  filePathMap: z.record(z.string(), z.string()).default({}),
  environment: z.record(z.string(), z.string()).default({}),
  useWebApi: z.boolean().default(false),
});

const condition = z.object({ type: z.string(), key: z.string().optional(), value: z.string().optional() });
const routeShape = z.object({
  handle: z.string().optional(),
  src: z.string().optional(),
  dest: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  status: z.number().optional(),
  continue: z.boolean().optional(),
  check: z.boolean().optional(),
  middlewarePath: z.string().optional(),
  has: z.array(condition).optional(),
  missing: z.array(condition).optional(),
});
const configShape = z.object({
  routes: z.array(routeShape),
  overrides: z
    .record(z.string(), z.object({ path: z.string().optional(), contentType: z.string().optional() }))
    .default({}),
  crons: z.array(z.object({ path: z.string(), schedule: z.string() })).default([]),
});
export type Route = z.output<typeof routeShape>;
export type Condition = z.output<typeof condition>;

/** A function of a build, of which Vercel deploys these files and no others. */
export interface BuiltFunction extends z.output<typeof vcConfigShape> {
  /** All paths that it is at: functions that are the same are one, with links to it. */
  paths: string[];
  /** of each of its files, by its path in the function: where it is here */
  files: Record<string, string>;
  bytes: number;
}

/** What “vercel build” has made of a project: https://vercel.com/docs/build-output-api */
export interface BuildOutput {
  config: z.output<typeof configShape>;
  staticFolder: string;
  functions: BuiltFunction[];
}

export function readBuildOutput(project: string): BuildOutput {
  const output = path.join(project, ".vercel", "output");
  const functions = new Map<string, BuiltFunction>();
  for (const folder of functionFolders(path.join(output, "functions"))) {
    const place = fs.realpathSync(folder);
    const built = functions.get(place) ?? readFunction(project, place);
    built.paths.push(`/${path.relative(path.join(output, "functions"), folder).replace(/\.func$/, "")}`);
    functions.set(place, built);
  }
  return {
    config: configShape.parse(readJson(path.join(output, "config.json"))),
    staticFolder: path.join(output, "static"),
    functions: [...functions.values()],
  };
}

/** How many bytes of a function are of each package; what is of none counts as "". */
export function bytesByPackage({ files }: BuiltFunction): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, file] of Object.entries(files)) {
    const owner = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? "";
    sums[owner] = (sums[owner] ?? 0) + fs.lstatSync(file).size;
  }
  return sums;
}

function functionFolders(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.name.endsWith(".func")) return [place];
    return entry.isDirectory() ? functionFolders(place) : [];
  });
}

const configName = ".vc-config.json";

function readFunction(project: string, folder: string): BuiltFunction {
  const config = vcConfigShape.parse(readJson(path.join(folder, configName)));
  const own = filesUnder(folder).filter((file) => path.basename(file) !== configName);
  const files = {
    ...Object.fromEntries(
      Object.entries(config.filePathMap).map(([name, from]) => [name, path.join(project, from)]),
    ),
    ...Object.fromEntries(own.map((file) => [path.relative(folder, file), file])),
  };
  const bytes = Object.values(files).reduce((sum, file) => sum + fs.lstatSync(file).size, 0);
  return { ...config, paths: [], files, bytes };
}

function filesUnder(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(place) : [place];
  });
}

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, "utf8"));
