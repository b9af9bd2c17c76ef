import "server-only";
import pino from "pino";

/** Structured lines on standard error. Never a URL with its query, a cookie, a form field or a secret. */
export const log = pino({ name: "pail", base: null }, pino.destination({ dest: 2, sync: true }));
