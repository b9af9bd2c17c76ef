import { createHash, randomBytes } from "node:crypto";
import type { PailServer, TestUser } from "./pail-server";

/** A token of the user's for programs: the row that making one under Settings makes. */
export function addToken(pail: PailServer, user: TestUser, scopes = ["upload", "read", "delete"]): string {
  const secret = `pail_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(secret).digest("base64");
  pail.query(
    "insert into tokens (id, user_id, name, hash, scopes, created_at) values (?, ?, 'Test', ?, ?, ?)",
    ...[crypto.randomUUID(), user.id, hash, JSON.stringify(scopes), Date.now()],
  );
  return secret;
}
