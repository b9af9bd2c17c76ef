import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export interface Certificate {
  key: string;
  cert: string;
  /** where they are */
  keyFile: string;
  certFile: string;
}

/** A certificate for localhost that nobody trusts, made in this folder by OpenSSL's program. */
export function makeCertificate(folder: string): Certificate {
  const [keyFile, certFile] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const options =
    "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost";
  const files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", keyFile, "-out", certFile];
  execFileSync("openssl", [...options.split(" "), ...files], { stdio: "ignore" });
  return { key: read(keyFile), cert: read(certFile), keyFile, certFile };
}

const read = (file: string): string => fs.readFileSync(file, "utf8");
