import { notFound } from "next/navigation";
import { z } from "zod";

const percentShape = z.coerce.number().int().min(0).max(100);

/** The tab's icon while pictures are sent: the pail, filled so far. A file, as the policy lets no script draw one. */
export async function GET(
  _request: Request,
  { params }: RouteContext<"/progress-icon/[percent]">,
): Promise<Response> {
  const percent = percentShape.safeParse((await params).percent);
  if (!percent.success) notFound();
  const level = 21 - 12 * (percent.data / 100);
  return new Response(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#1f4fd8" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"><clipPath id="level"><path d="M0 ${level}h24V24H0Z"/></clipPath><path clip-path="url(#level)" fill="#1f4fd8" d="M4 9h16l-2 12H6Z"/><path d="M4 9h16l-2 11.2a1 1 0 0 1-1 .8H7a1 1 0 0 1-1-.8L4 9Z"/><path d="M5 9a7 7 0 0 1 14 0"/></svg>`,
    { headers: { "content-type": "image/svg+xml", "cache-control": "public, max-age=86400" } },
  );
}
