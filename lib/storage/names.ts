import "server-only";
import { AppError } from "@/lib/errors";

/** S3's limit for a whole key, in bytes of UTF-8; the location takes its part of it. */
const maxKeyBytes = 1024;

/**
 * Is it a path inside a location? Neither absolute nor leading out of it, no folder, and nothing that a file system, a URL
 * or a listing would take for something else.
 */
export function isName(name: string): boolean {
  return (
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    !/[\\\u0000-\u001f\u007f]/.test(name) &&
    name.isWellFormed()
  );
}

/** The name itself. Throws AppError `invalid_name` where it is none, or too long for the location. */
export function requireName(location: string, name: string): string {
  if (!isName(name)) {
    throw new AppError("invalid_name", `${JSON.stringify(name)} is not a name inside ${location}/.`);
  }
  if (Buffer.byteLength(`${location}/${name}`) > maxKeyBytes) {
    throw new AppError("invalid_name", `The name ${JSON.stringify(name.slice(0, 40))}… is too long.`);
  }
  return name;
}
