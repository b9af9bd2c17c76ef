import { parseArgs } from "node:util";
import { startLibsqlDouble } from "./libsql-double";

/**
 * The double as a process of its own: `npx tsx lib/testing/libsql-double/serve.ts [--port N] [--file FILE] [--token TOKEN]
 * [--delay MILLISECONDS]` prints its address, and ends with SIGTERM.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string" },
    file: { type: "string" },
    token: { type: "string" },
    delay: { type: "string" },
  },
});
const double = await startLibsqlDouble({
  port: Number(values.port ?? 0),
  delayMs: Number(values.delay ?? 0),
  token: values.token ?? null,
  ...(values.file !== undefined && { file: values.file }),
});
console.log(double.url);
const stop = () => void double.close().then(() => process.exit(0));
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
