import { z } from "zod";

/** Of a bucket policy; whatever else is in it is kept. */
export const statementShape = z.looseObject({ Sid: z.string().optional() });
export type Statement = z.infer<typeof statementShape>;

/**
 * What a statement means, to be compared: stores give a policy back with lists for single values, in other orders, with one of the
 * spellings of everyone, and name statements otherwise.
 */
export function meaningOf({ Sid: _, ...statement }: Statement): unknown {
  return Object.fromEntries(
    Object.entries(statement).map(([key, value]) => [key, meaningOfPart(key, value)]),
  );
}

function meaningOfPart(key: string, value: unknown): unknown {
  if (key === "Condition") return conditions.safeParse(value).data ?? value;
  if (/^(Not)?Principal$/.test(key)) return isEveryone(value) ? everyone : value;
  return texts.safeParse(value).data ?? value;
}

const everyone = "*";

function isEveryone(principal: unknown): boolean {
  const { data } = z
    .union([texts, z.strictObject({ AWS: texts }).transform(({ AWS }) => AWS)])
    .safeParse(principal);
  return data?.size === 1 && data.has(everyone);
}

/** One value or a list of them, as a set of texts: true is "true". */
const texts = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
  .transform((value) => new Set([value].flat().map(String)));

/** Keys of conditions do not mind case. */
const conditions = z.record(
  z.string(),
  z
    .record(z.string(), texts)
    .transform((keys) =>
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value])),
    ),
);
