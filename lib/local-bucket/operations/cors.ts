import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { CorsRule } from "../index/records";
import { S3Error } from "../wire/s3-error";
import { listOf, readXml, toXml } from "../wire/xml";

const methods = ["GET", "PUT", "POST", "DELETE", "HEAD"] as const;

const atMostOneStar = z
  .string()
  .min(1)
  .max(512)
  .refine((text) => text.split("*").length <= 2, "at most one *");

const ruleSchema = z.object({
  ID: z.string().max(255).optional(),
  AllowedOrigin: listOf(atMostOneStar).pipe(z.array(z.string()).min(1)),
  AllowedMethod: listOf(z.enum(methods)).pipe(z.array(z.enum(methods)).min(1)),
  AllowedHeader: listOf(atMostOneStar).optional(),
  ExposeHeader: listOf(z.string().regex(/^[\w-]+$/)).optional(),
  MaxAgeSeconds: z.string().regex(/^\d+$/).transform(Number).optional(),
}) satisfies z.ZodType<CorsRule>;

const configurationSchema = z.object({
  CORSRule: listOf(ruleSchema).pipe(z.array(z.custom<CorsRule>()).min(1).max(100)),
});

/** Reads a CORSConfiguration; refuses what S3 would not take. */
export function readCorsRules(xml: string): CorsRule[] {
  return readXml(xml, "CORSConfiguration", configurationSchema).CORSRule;
}

export function writeCorsRules(rules: readonly CorsRule[]): string {
  return toXml("CORSConfiguration", { CORSRule: rules });
}

/** Answers a preflight, which nobody signs, or refuses it. */
export function answerPreflight(http: IncomingMessage, response: ServerResponse, rules: CorsRule[]): void {
  const origin = http.headers.origin;
  const method = http.headers["access-control-request-method"];
  if (!origin) throw new S3Error("BadRequest", "Insufficient information. Origin request header needed.");
  if (!method) {
    throw new S3Error("BadRequest", "Insufficient information. Access-Control-Request-Method header needed.");
  }
  const requested = (http.headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  const rule = rules.find(
    (candidate) =>
      allows(candidate, origin, method) &&
      requested.every((name) =>
        candidate.AllowedHeader?.some((pattern) => matches(pattern.toLowerCase(), name)),
      ),
  );
  if (!rule) {
    const why =
      rules.length > 0
        ? "no CORS rule allows this origin, method and headers"
        : "CORS is not enabled for this bucket";
    throw new S3Error("AccessForbidden", `CORSResponse: this request is not allowed: ${why}.`, {
      Method: method,
      Origin: origin,
      ResourceType: "BUCKET",
    });
  }
  allow(response, rule, origin);
  if (requested.length > 0) response.setHeader("Access-Control-Allow-Headers", requested.join(", "));
  if (rule.MaxAgeSeconds !== undefined) response.setHeader("Access-Control-Max-Age", rule.MaxAgeSeconds);
  response.writeHead(200, { "Content-Length": 0 }).end();
}

/** Sets the headers that let a page read the answer to an actual request, whatever that answer will be. */
export function setCorsHeaders(http: IncomingMessage, response: ServerResponse, rules: CorsRule[]): void {
  if (rules.length === 0) return;
  // Also without an Origin: a cache must not give that answer to a page that sends one.
  const names = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
  response.setHeader("Vary", names);
  const { origin } = http.headers;
  if (!origin || http.method === "OPTIONS") return;
  const rule = rules.find((candidate) => allows(candidate, origin, http.method ?? ""));
  if (rule) allow(response, rule, origin);
}

function allow(response: ServerResponse, rule: CorsRule, origin: string): void {
  const anyone = rule.AllowedOrigin.includes("*");
  response.setHeader("Access-Control-Allow-Origin", anyone ? "*" : origin);
  if (!anyone) response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Access-Control-Allow-Methods", rule.AllowedMethod.join(", "));
  if (rule.ExposeHeader?.length) {
    response.setHeader("Access-Control-Expose-Headers", rule.ExposeHeader.join(", "));
  }
}

function allows(rule: CorsRule, origin: string, method: string): boolean {
  return (
    rule.AllowedMethod.some((allowed) => allowed === method) &&
    rule.AllowedOrigin.some((pattern) => matches(pattern, origin))
  );
}

function matches(pattern: string, text: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return text === start;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
