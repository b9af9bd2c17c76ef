import { formatOf } from "@/lib/images/formats/table";
import type { ImageDetails } from "@/lib/images/image";

// A camera writes the time on its own clock; it is kept as if it were UTC, and read back the same way.
const when = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

const day = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

/** What is known of a picture. */
export function Facts({ image }: { image: ImageDetails }) {
  const facts = [
    image.capturedAt === image.createdAt
      ? ["Added", day.format(image.createdAt)]
      : ["Date", when.format(image.capturedAt)],
    ["Type", formatOf(image.type).name],
    ["Dimensions", `${image.width} × ${image.height}`],
    ["Size", `${sizeOf(image.bytes)} (${image.bytes.toLocaleString("en")} bytes)`],
    ["File name", image.name],
    ["SHA-256", image.sha256],
  ] as const;
  return (
    <dl className="grid gap-3 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[6.5rem_1fr] gap-2">
          <dt className="text-quiet">{name}</dt>
          <dd className={name === "SHA-256" ? "font-mono text-xs/5 break-all" : "break-words"}>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
