import { Check, CircleAlert, OctagonX } from "lucide-react";
import type { Findings as All } from "@/lib/health";

const groups = [
  { level: "fatal", heading: "Pail cannot work like this", Icon: OctagonX, colour: "text-danger" },
  { level: "warning", heading: "Worth mending", Icon: CircleAlert, colour: "text-accent" },
  { level: "fine", heading: "Fine", Icon: Check, colour: "text-quiet" },
] as const;

/** The findings, the gravest first. */
export function Findings({ findings }: { findings: All }) {
  return groups.map(({ level, heading, Icon, colour }) => {
    const group = findings.filter((finding) => finding.level === level);
    if (group.length === 0) return null;
    return (
      <section key={level} aria-labelledby={`findings-${level}`} className="grid gap-3">
        <h2 id={`findings-${level}`} className="text-sm font-medium text-quiet">
          {heading}
        </h2>
        <ul className="grid divide-y divide-line border-y border-line">
          {group.map((finding) => (
            <li key={finding.what} className="grid grid-cols-[1.25rem_1fr] gap-3 py-3">
              <Icon aria-hidden size={20} className={colour} />
              <div className="grid min-w-0 gap-1 text-sm break-words">
                <p className={finding.level === "fine" ? "" : "text-base font-medium"}>{finding.what}</p>
                {finding.level === "fine" ? null : (
                  <>
                    <p className="text-quiet">{finding.why}</p>
                    <p>{finding.mend}</p>
                  </>
                )}
              </div>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}
