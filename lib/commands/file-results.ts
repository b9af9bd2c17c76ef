import type { Failure } from "@/lib/errors";

/** What became of a file, for those commands that take many. */
type FileResult = { file: string } & (
  | { status: "sent" | "duplicate" }
  | { status: "failed"; error: Pick<Failure, "message"> }
);

const words = { sent: "sent", duplicate: "already there", failed: "failed" };

/**
 * A line for each file; on a terminal one for all, and for those that failed. Standard output belongs to the answer. `total` is null
 * where it is not known how many there are.
 */
export function showProgress(total: number | null): (result: FileResult, done: number) => void {
  const isTerminal = process.stderr.isTTY;
  return (result, done) => {
    const reason = result.status === "failed" ? `: ${result.error.message}` : "";
    const line = `${words[result.status]}  ${result.file}${reason}\n`;
    if (!isTerminal) process.stderr.write(line);
    else {
      const count = total === null ? `${done} files` : `${done} of ${total}${done === total ? "\n" : ""}`;
      process.stderr.write(`\r\x1b[K${result.status === "failed" ? line : ""}${count}`);
    }
  };
}

export function summary(results: FileResult[], total = results.length): string {
  const count = (wanted: FileResult["status"]) => results.filter(({ status }) => status === wanted).length;
  const parts = [
    `Sent ${count("sent")}`,
    `${count("duplicate")} were already there`,
    `${count("failed")} failed`,
  ];
  const rest = total - results.length;
  return `${[...parts, ...(rest > 0 ? [`${rest} were not reached`] : [])].join("; ")}.`;
}

/** As the page says it. */
export function leftOutLine(count: number): string {
  if (count === 0) return "";
  const files = count === 1 ? "1 other file was" : `${count} other files were`;
  return `${files} left out: sidecars, videos, other programs’ files.`;
}
