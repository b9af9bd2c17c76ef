import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { type Env, env, readOtherBucket } from "@/lib/env";
import { AppError } from "@/lib/errors";

export interface OtherSettings {
  /** as the file has them */
  variables: Record<string, string | undefined>;
  /** with a variable more, or another */
  bucket(changes?: Record<string, string>): Env["bucket"];
}

/**
 * The settings of another bucket, from a file like .env: S3_* and AWS_*, so that no secret stands on a command line. Throws AppError
 * `usage` where it cannot be read, or names other locations.
 */
export async function readSettingsFile(option: string, file: unknown): Promise<OtherSettings> {
  if (typeof file !== "string" || file === "")
    throw new AppError("usage", `Say which file has the other bucket's settings: ${option} FILE`);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new AppError("usage", `${file} cannot be read (${cause.code}).`, { cause });
  });
  const variables = parseEnv(text);
  const { media, static: statics } = env().locations;
  for (const [name, here] of Object.entries({ MEDIA_LOCATION: media, STATIC_LOCATION: statics }))
    if ((variables[name] || here) !== here)
      throw new AppError(
        "usage",
        `${name} must be ${here} in ${file} too: the pictures' keys begin with it.`,
      );
  return { variables, bucket: (changes = {}) => readOtherBucket({ ...variables, ...changes }) };
}
