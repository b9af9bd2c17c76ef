/**
 * Where the share sheet sends pictures. The service worker takes them before they leave the device; where there is none yet, they come
 * here, are not read, and the page says so.
 */
export function POST(): Response {
  return new Response(null, {
    status: 303,
    headers: { location: "/shared?missed", "cache-control": "no-store" },
  });
}
