import BetterSqlite from "better-sqlite3";
import { z } from "zod";

/** Hrana over HTTP, versions 2 and 3 in JSON, as libSQL's servers speak it: https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md */
const value = z.union([
  z.object({ type: z.literal("null") }),
  z.object({ type: z.literal("integer"), value: z.string() }),
  z.object({ type: z.literal("float"), value: z.number() }),
  z.object({ type: z.literal("text"), value: z.string() }),
  z.object({ type: z.literal("blob"), base64: z.string() }),
]);
const sqlShape = { sql: z.string().nullish(), sql_id: z.number().nullish() };
const stmt = z.object({
  ...sqlShape,
  args: z.array(value).default([]),
  named_args: z.array(z.object({ name: z.string(), value })).default([]),
  want_rows: z.boolean().default(true),
});
interface Condition {
  type: "ok" | "error" | "not" | "and" | "or" | "is_autocommit";
  step?: number | undefined;
  cond?: Condition | undefined;
  conds?: Condition[] | undefined;
}
const condition: z.ZodType<Condition> = z.object({
  type: z.enum(["ok", "error", "not", "and", "or", "is_autocommit"]),
  step: z.number().optional(),
  get cond() {
    return condition.optional();
  },
  get conds() {
    return z.array(condition).optional();
  },
});
const batch = z.object({ steps: z.array(z.object({ condition: condition.nullish(), stmt })) });
const request = z.discriminatedUnion("type", [
  z.object({ type: z.literal("close") }),
  z.object({ type: z.literal("get_autocommit") }),
  z.object({ type: z.literal("execute"), stmt }),
  z.object({ type: z.literal("batch"), batch }),
  z.object({ type: z.literal("sequence"), ...sqlShape }),
  z.object({ type: z.literal("describe"), ...sqlShape }),
  z.object({ type: z.literal("store_sql"), sql_id: z.number(), sql: z.string() }),
  z.object({ type: z.literal("close_sql"), sql_id: z.number() }),
]);
export const pipelineShape = z.object({ baton: z.string().nullish(), requests: z.array(request) });

type Statement = z.output<typeof stmt>;
type Request = z.output<typeof request>;

/** A stream of one client: a connection, and what it has stored there. */
export class HranaStream {
  readonly #sqlite: BetterSqlite.Database;
  readonly #sqls = new Map<number, string>();
  readonly #tell: (sql: string) => void;
  /** Whether its client has said that it needs it no more. */
  isClosed = false;

  /** @param tell is told every statement that runs */
  constructor(file: string, tell: (sql: string) => void) {
    this.#sqlite = new BetterSqlite(file);
    // As libSQL's servers have it.
    this.#sqlite.pragma("journal_mode = WAL");
    this.#sqlite.pragma("foreign_keys = ON");
    // No test of it cuts the power.
    this.#sqlite.pragma("synchronous = OFF");
    this.#tell = tell;
  }

  /** Makes it as good as new, for another client. */
  reopen(): void {
    if (this.#sqlite.inTransaction) this.#sqlite.exec("rollback");
    this.#sqls.clear();
    this.isClosed = false;
  }

  disconnect(): void {
    this.#sqlite.close();
  }

  answer(asked: Request): object {
    try {
      return { type: "ok", response: { type: asked.type, ...this.#respond(asked) } };
    } catch (error) {
      return { type: "error", error: errorOf(error) };
    }
  }

  #respond(asked: Request): object {
    switch (asked.type) {
      case "close":
        this.isClosed = true;
        return {};
      case "get_autocommit":
        return { is_autocommit: !this.#sqlite.inTransaction };
      case "execute":
        return { result: this.#execute(asked.stmt) };
      case "batch":
        return { result: this.#batch(asked.batch.steps) };
      case "sequence":
        this.#sqlite.exec(this.#sqlOf(asked));
        return {};
      case "describe":
        return { result: this.#describe(this.#sqlOf(asked)) };
      case "store_sql":
        this.#sqls.set(asked.sql_id, asked.sql);
        return {};
      case "close_sql":
        this.#sqls.delete(asked.sql_id);
        return {};
    }
  }

  #sqlOf({ sql, sql_id }: { sql?: string | null | undefined; sql_id?: number | null | undefined }): string {
    const text = sql ?? (typeof sql_id === "number" ? this.#sqls.get(sql_id) : undefined);
    if (text === undefined) throw new Error("there is no such SQL text");
    this.#tell(text);
    return text;
  }

  #execute(asked: Statement): object {
    const prepared = this.#sqlite.prepare<unknown[]>(this.#sqlOf(asked));
    const named = Object.fromEntries(
      asked.named_args.map(({ name, value }) => [bareName(name), bound(value)]),
    );
    const given = [...asked.args.map(bound), ...(asked.named_args.length > 0 ? [named] : [])];
    if (!prepared.reader) {
      const { changes, lastInsertRowid } = prepared.run(...given);
      return { cols: [], rows: [], affected_row_count: changes, last_insert_rowid: String(lastInsertRowid) };
    }
    const cols = prepared.columns().map(({ name, type }) => ({ name, decltype: type }));
    const rows = prepared
      .raw()
      .safeIntegers()
      .all(...given) as unknown[][];
    const affected = this.#sqlite.prepare("select changes()").pluck().get();
    return {
      cols,
      rows: asked.want_rows ? rows.map((row) => row.map(told)) : [],
      affected_row_count: prepared.readonly ? 0 : affected,
      last_insert_rowid: null,
    };
  }

  #batch(steps: z.output<typeof batch>["steps"]): object {
    const results: (object | null)[] = [];
    const errors: (object | null)[] = [];
    for (const [index, { condition, stmt }] of steps.entries()) {
      [results[index], errors[index]] = [null, null];
      if (condition && !this.#holds(condition, results, errors)) continue;
      try {
        results[index] = this.#execute(stmt);
      } catch (error) {
        errors[index] = errorOf(error);
      }
    }
    return { step_results: results, step_errors: errors };
  }

  #holds(condition: Condition, results: (object | null)[], errors: (object | null)[]): boolean {
    const { type, step = -1, cond, conds = [] } = condition;
    const holds = (inner: Condition) => this.#holds(inner, results, errors);
    if (type === "ok") return (results[step] ?? null) !== null;
    if (type === "error") return (errors[step] ?? null) !== null;
    if (type === "not") return cond !== undefined && !holds(cond);
    if (type === "and") return conds.every(holds);
    if (type === "or") return conds.some(holds);
    return !this.#sqlite.inTransaction;
  }

  #describe(sql: string): object {
    const prepared = this.#sqlite.prepare(sql);
    const cols = prepared.reader
      ? prepared.columns().map(({ name, type }) => ({ name, decltype: type }))
      : [];
    const params = Array.from(sql.matchAll(/\?/g), () => ({ name: null }));
    return { params, cols, is_explain: /^\s*explain\b/i.test(sql), is_readonly: prepared.readonly };
  }
}

const bareName = (name: string): string => name.replace(/^[:@$]/, "");

function bound(given: z.output<typeof value>): unknown {
  if (given.type === "null") return null;
  if (given.type === "integer") return BigInt(given.value);
  return given.type === "blob" ? Buffer.from(given.base64, "base64") : given.value;
}

function told(found: unknown): object {
  if (found === null) return { type: "null" };
  if (typeof found === "bigint") return { type: "integer", value: String(found) };
  if (typeof found === "number") return { type: "float", value: found };
  if (Buffer.isBuffer(found)) return { type: "blob", base64: found.toString("base64") };
  return { type: "text", value: String(found) };
}

function errorOf(error: unknown): object {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { message: `SQLite error: ${message}`, code: typeof code === "string" ? code : "UNKNOWN" };
}
