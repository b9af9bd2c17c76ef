import path from "node:path";
import { fileURLToPath } from "node:url";

export const projectDir = fileURLToPath(new URL("../..", import.meta.url));

/** Whether this is the program that `standalone` packs, which brings its pages along, and not its sources. */
export const isPacked = import.meta.url.endsWith(".js");

/** What runs a command in a process of its own. */
export const ownProgram = isPacked
  ? { file: path.join(projectDir, "server.js"), execArgv: [] }
  : {
      file: path.join(projectDir, "lib", "cli.ts"),
      execArgv: ["--conditions=react-server", "--import", "tsx"],
    };
