import { isIPv4, isIPv6 } from "node:net";

/**
 * The address in what a socket or a proxy's header says: without port, brackets and zone, and an IPv4 address as such where it
 * is written as IPv6. Anything else is "unknown".
 */
export function addressIn(text: string): string {
  const given = text.trim().replace(/^"(.*)"$/, "$1");
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(given)?.[1] ?? /^([\d.]+):\d+$/.exec(given)?.[1] ?? given;
  const address = bare.replace(/%.*$/, "");
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return "unknown";
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? ipv4Of(groups) : shortest(address);
}

/**
 * What counts as one sender: an IPv4 address, or the /64 of an IPv6 one, since whoever has one of those has all of its addresses.
 *
 * @param address as `addressIn` gives it
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [a = 0, b = 0, c = 0, d = 0] = groupsOf(address);
  return `${shortest(`${[a, b, c, d].map((group) => group.toString(16)).join(":")}::`)}/64`;
}

/** Its one spelling: small letters, the longest run of zeros left out. */
const shortest = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

function groupsOf(address: string): number[] {
  const [head = "", tail] = shortest(address).split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<number>(zeros).fill(0), ...last];
}

function ipv4Of([, , , , , , high = 0, low = 0]: number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
