import "server-only";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { makeFilePrivate, makePrivateFolder } from "@/lib/private-files";

const storedSecrets = z.object({
  authSecret: z.string().min(32),
  bucketCredentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

/** The secrets of this installation, made at the first start and kept in DATA_DIR for its owner's eyes only. */
export function secrets(dataDir: string): z.infer<typeof storedSecrets> {
  const file = path.join(dataDir, "secrets.json");
  if (!fs.existsSync(file)) {
    const fresh = {
      authSecret: randomBytes(32).toString("base64url"),
      bucketCredentials: {
        accessKeyId: `PAIL${randomBytes(8).toString("hex").toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString("base64url"),
      },
    };
    // Written aside, then linked into place: of two first starts at once, one wins and neither reads half a file.
    const aside = `${file}.${process.pid}`;
    makePrivateFolder(dataDir);
    fs.writeFileSync(aside, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true });
    try {
      fs.linkSync(aside, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      fs.rmSync(aside);
    }
  }
  makeFilePrivate(file);
  try {
    return storedSecrets.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    const sentence = `${file} is damaged: bring it back from a backup, or delete it to have new secrets made.`;
    throw new AppError("bad_configuration", sentence, { cause });
  }
}
