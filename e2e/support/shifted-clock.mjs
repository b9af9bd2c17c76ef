// Loaded before a server's own code (NODE_OPTIONS=--import): its clock is ahead by as many ms as the file says that
// PAIL_E2E_CLOCK names.
import { readFileSync } from "node:fs";

const RealDate = Date;
let aheadMs = 0;
setInterval(() => {
  aheadMs = Number(readFileSync(process.env.PAIL_E2E_CLOCK, "utf8"));
}, 50).unref();

const now = () => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  get: (date, name, proxy) => (name === "now" ? now : Reflect.get(date, name, proxy)),
  construct: (date, args, made) => Reflect.construct(date, args.length === 0 ? [now()] : args, made),
  apply: () => new RealDate(now()).toString(),
});
