import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export interface Certificate {
  key: string;
  cert: string;
}

/** A certificate for localhost that nobody trusts, made in this folder by OpenSSL's program. */
export function makeCertificate(folder: string): Certificate & { file: string } {
  const [keyFile, file] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const args = [
    "req",
    "-x509",
    "-nodes",
    "-days",
    "2",
    ...curve,
    ...subject,
    "-keyout",
    keyFile,
    "-out",
    file,
  ];
  execFileSync("openssl", args, { stdio: "ignore" });
  return { key: fs.readFileSync(keyFile, "utf8"), cert: fs.readFileSync(file, "utf8"), file };
}
