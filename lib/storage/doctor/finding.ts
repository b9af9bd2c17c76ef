import { z } from "zod";

const text = z.string();

/** What the doctor found, as it is kept. */
export const findingsShape = z.array(
  z.discriminatedUnion("level", [
    z.object({ level: z.literal("fine"), id: text, what: text }),
    z.object({ level: z.enum(["warning", "fatal"]), id: text, what: text, why: text, mend: text }),
  ]),
);

/** A `fatal` one means that Pail must not go on with this bucket. */
export type Finding = z.infer<typeof findingsShape>[number];

interface Trouble {
  what: string;
  /** why it matters */
  why: string;
  /** the command, the variable or the console's path that mends it */
  mend: string;
}

export const fine = (id: string, what: string): Finding => ({ level: "fine", id, what });
export const warning = (id: string, trouble: Trouble): Finding => ({ level: "warning", id, ...trouble });
export const fatal = (id: string, trouble: Trouble): Finding => ({ level: "fatal", id, ...trouble });

export const isFatal = ({ level }: Finding): boolean => level === "fatal";

/** 0 where all is fine, 1 with warnings, 2 where Pail must not go on. */
export function exitCodeOf(findings: Finding[]): 0 | 1 | 2 {
  if (findings.some(isFatal)) return 2;
  return findings.some(({ level }) => level === "warning") ? 1 : 0;
}

export const setupCommand = "npm run manage -- bucket setup";
