import fs from "node:fs";
import path from "node:path";
import type { BuildOutput, BuiltFunction, Condition, Route } from "./build-output";

export interface Asked {
  /** path and query */
  url: string;
  headers: Record<string, string | string[] | undefined>;
}

/** What answers a request, and the headers that come with it. */
export type Target = { headers: Record<string, string> } & (
  | { kind: "function"; built: BuiltFunction; path: string; query: string; status: number | null }
  | { kind: "static"; file: string; contentType: string | null; status: number }
  | { kind: "status"; status: number }
);

interface Found {
  headers: Record<string, string>;
  pathname: string;
  query: URLSearchParams;
  status: number | null;
}

/** As Vercel's own router goes through config.json, as far as a build of Next needs it. The proxy is asked before. */
export class Routing {
  readonly #phases: Record<string, Route[]> = {};
  readonly #output: BuildOutput;

  constructor(output: BuildOutput) {
    this.#output = output;
    let phase = "";
    for (const route of output.config.routes) {
      if (route.handle === undefined) this.#phases[phase] = [...this.#of(phase), route];
      else phase = route.handle;
    }
  }

  /** The function that stands before this request, null for none. */
  proxyFor(asked: Asked): BuiltFunction | null {
    const { pathname } = new URL(asked.url, "http://localhost");
    const route = this.#of("").find(
      (one) => one.middlewarePath !== undefined && match(one, pathname, asked.headers) !== null,
    );
    return route?.middlewarePath === undefined ? null : this.#functionAt(route.middlewarePath);
  }

  targetOf(asked: Asked): Target {
    const { pathname, searchParams } = new URL(asked.url, "http://localhost");
    const found: Found = { headers: {}, pathname, query: searchParams, status: null };
    const status = this.#pass("", found, asked.headers);
    if (status !== null) return { kind: "status", status, headers: found.headers };
    const hit =
      this.#lookUp(found) ??
      ["filesystem", "miss", "rewrite"].reduce<Target | null>(
        (target, phase) => target ?? this.#look(phase, found, asked.headers),
        null,
      );
    if (hit !== null) return hit;
    this.#pass("error", found, asked.headers);
    return this.#lookUp(found) ?? { kind: "status", status: 404, headers: found.headers };
  }

  #of(phase: string): Route[] {
    return this.#phases[phase] ?? [];
  }

  /** Applies the routes of a phase. Returns a status where one of them is an answer by itself. */
  #pass(phase: string, found: Found, headers: Asked["headers"]): number | null {
    for (const route of this.#of(phase)) {
      if (route.middlewarePath !== undefined) continue;
      if (!apply(route, found, headers)) continue;
      const { status } = route;
      if (status !== undefined && status >= 300 && status < 400) return status;
      if (route.continue !== true) return null;
    }
    return null;
  }

  #look(phase: string, found: Found, headers: Asked["headers"]): Target | null {
    for (const route of this.#of(phase)) {
      if (!apply(route, found, headers)) continue;
      const hit = this.#lookUp(found);
      if (hit !== null) return hit;
    }
    return null;
  }

  #lookUp(found: Found): Target | null {
    const { pathname, query, status, headers } = found;
    const built = this.#functionAt(pathname === "/" ? "/index" : decodeURI(pathname));
    if (built !== null)
      return { kind: "function", built, path: pathname, query: query.toString(), status, headers };
    const { staticFolder, config } = this.#output;
    const [name = pathname.slice(1), override] =
      Object.entries(config.overrides).find(
        ([, { path: at }]) => at !== undefined && `/${at}` === pathname,
      ) ?? [];
    const file = path.join(staticFolder, decodeURI(name));
    if (!file.startsWith(staticFolder) || !fs.existsSync(file) || !fs.statSync(file).isFile()) return null;
    for (const route of this.#of("hit")) apply(route, { ...found, headers }, {});
    return {
      kind: "static",
      file,
      contentType: override?.contentType ?? null,
      status: status ?? 200,
      headers,
    };
  }

  #functionAt(pathname: string): BuiltFunction | null {
    return this.#output.functions.find(({ paths }) => paths.includes(pathname)) ?? null;
  }
}

/** Whether the route is about this request; if so, what it says of it counts. */
function apply(route: Route, found: Found, headers: Asked["headers"]): boolean {
  const groups = match(route, found.pathname, headers);
  if (groups === null) return false;
  const fill = (text: string) => text.replace(/\$(\w+)/g, (_, name: string) => groups[name] ?? "");
  for (const [name, value] of Object.entries(route.headers ?? {})) found.headers[name] = fill(value);
  if (route.status !== undefined) found.status = route.status;
  if (route.dest !== undefined) {
    const { pathname, searchParams } = new URL(fill(route.dest), "http://localhost");
    found.pathname = decodeURI(pathname);
    for (const [name, value] of searchParams) found.query.set(name, value);
  }
  return true;
}

/** What the groups of its pattern and of its conditions hold; null where it is about another request. */
function match(route: Route, pathname: string, headers: Asked["headers"]): Record<string, string> | null {
  const { src = ".*", has = [], missing = [] } = route;
  const matched = whole(src).exec(pathname);
  if (matched === null) return null;
  const groups: Record<string, string> = { ...matched.groups };
  for (const [index, value] of matched.entries()) groups[index] = value ?? "";
  for (const one of has) {
    const held = holds(one, headers);
    if (held === null) return null;
    Object.assign(groups, held);
  }
  return missing.some((one) => holds(one, headers) !== null) ? null : groups;
}

function holds(
  { type, key = "", value }: Condition,
  headers: Asked["headers"],
): Record<string, string> | null {
  if (type !== "header") throw new Error(`a route asks for a ${type}`);
  const given = headers[key.toLowerCase()];
  if (given === undefined) return null;
  if (value === undefined) return {};
  const matched = whole(value).exec(String(given));
  return matched === null ? null : { ...matched.groups };
}

const whole = (source: string): RegExp => new RegExp(`^(?:${source})$`, "i");
