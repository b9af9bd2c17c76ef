import { Check, CircleAlert, OctagonX } from "lucide-react";
import type { Findings as All } from "@/lib/uploads/store";
import { getTexts } from "../../../_texts/request";

const groups = [
  { level: "fatal", Icon: OctagonX, colour: "text-danger" },
  { level: "warning", Icon: CircleAlert, colour: "text-accent" },
  { level: "fine", Icon: Check, colour: "text-quiet" },
] as const;

/** The findings, the gravest first. Their sentences are those of `bucket doctor`, which speaks English. */
export async function Findings({ findings }: { findings: All }) {
  const texts = await getTexts("storage");
  return groups.map(({ level, Icon, colour }) => {
    const group = findings.filter((finding) => finding.level === level);
    if (group.length === 0) return null;
    return (
      <section key={level} aria-labelledby={`findings-${level}`} className="grid gap-3">
        <h2 id={`findings-${level}`} className="text-sm font-medium text-quiet">
          {texts(level)}
        </h2>
        <ul className="grid divide-y divide-line border-y border-line">
          {group.map((finding) => (
            <li key={finding.what} className="grid grid-cols-[1.25rem_1fr] gap-3 py-3">
              <Icon aria-hidden size={20} className={colour} />
              <div lang="en" dir="ltr" className="grid min-w-0 gap-1 text-sm break-words">
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
