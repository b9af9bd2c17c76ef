import { randomBytes } from "node:crypto";
import path from "node:path";
import { freePorts } from "./free-ports";
import type { Variables } from "./processes";
import { findObstacle, getProgram, type Program, versionOf } from "./programs";
import type { RunningStore, Surroundings, TestStore } from "./test-store";

const module = "github.com/minio/minio";
const program: Program = { name: "minio", source: { tool: "go", module, package: module } };

const common = { findObstacle: () => findObstacle(program) };

export const minio: TestStore = { ...common, quirks: "minio", start: startMinio };

export const minioVersioned: TestStore = { ...minio, quirks: "minio,minio-versioned" };

/** Encrypts every object with a key of its own, asked or not. */
export const minioEncrypted: TestStore = {
  ...common,
  quirks: "minio,minio-encrypted",
  start: (surroundings) => {
    const key = `pail:${randomBytes(32).toString("base64")}`;
    return startMinio(surroundings, { MINIO_KMS_SECRET_KEY: key, MINIO_KMS_AUTO_ENCRYPTION: "on" });
  },
};

async function startMinio(
  { folder, processes }: Surroundings,
  settings: Variables = {},
): Promise<RunningStore> {
  const file = await getProgram(program, processes);
  const [port] = await freePorts(1);
  const credentials = { accessKeyId: "pail", secretAccessKey: randomBytes(16).toString("hex") };
  processes.start(file, ["server", "--address", `127.0.0.1:${port}`, path.join(folder, "data")], {
    MINIO_ROOT_USER: credentials.accessKeyId,
    MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
    MINIO_BROWSER: "off",
    MINIO_UPDATE: "off",
    ...settings,
  });
  const version = await versionOf(file, program, processes);
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials, version };
}
