import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { ServerProcess } from "./server-process";

const projectDir = path.resolve(import.meta.dirname, "..", "..", "..");
const certificates = "/etc/ssl/certs/ca-certificates.crt";
const name = "localhost/pail-test";

interface ImageConfig {
  User: string;
  Env: string[];
  Cmd: string[];
  Healthcheck: { Test: string[] };
  Volumes: Record<string, object>;
  WorkingDir: string;
}

/**
 * The image that the Dockerfile describes, built by buildah, which needs no engine, on a base of Debian and this Node: a registry need
 * not be reached. Wants root, and Debian's buildah and debootstrap; PAIL_CONTAINER_BASE names a folder that debootstrap has filled.
 */
export class Image {
  readonly config: ImageConfig;
  /** what a container of it finds at / */
  readonly root: string;
  readonly #storage: string[];

  constructor(scratch: string) {
    const at = (folder: string) => path.join(scratch, folder);
    this.#storage = ["--storage-driver", "vfs", "--root", at("storage"), "--runroot", at("run")];
    const base = process.env.PAIL_CONTAINER_BASE ?? at("base");
    if (!fs.existsSync(base)) call("debootstrap", "--variant=minbase", "bookworm", base);
    this.#makeBase(base);
    const isolated = ["--isolation", "chroot", "--format", "docker"];
    this.#buildah("bud", ...isolated, "--build-arg", `BASE=${name}-base`, "-t", name, projectDir);
    this.config = JSON.parse(this.#buildah("inspect", "--type", "image", name)).Docker.config;
    this.root = this.#buildah("mount", this.#buildah("from", name));
  }

  /** Has what node:24-bookworm-slim has, and trusts whom this machine trusts. */
  #makeBase(debian: string): void {
    const container = this.#buildah("from", "scratch");
    const npm = fs.realpathSync(execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim());
    const copies = [
      [debian, "/"],
      [process.execPath, "/usr/local/bin/node"],
      [path.resolve(npm, "..", ".."), "/usr/local/lib/node_modules/npm"],
      [certificates, certificates],
    ];
    for (const [from = "", to = ""] of copies) this.#buildah("copy", "--quiet", container, from, to);
    const search = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const trust = `NODE_EXTRA_CA_CERTS=${certificates}`;
    this.#buildah("config", "--env", search, "--env", trust, container);
    const link = "ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm";
    this.#buildah("run", "--isolation", "chroot", container, "--", "sh", "-c", link);
    this.#buildah("commit", "--quiet", "--rm", container, `${name}-base`);
  }

  #buildah(...args: string[]): string {
    return call("buildah", ...this.#storage, ...args);
  }
}

/**
 * Runs things of an image as an engine does with `read_only`, `cap_drop: [ALL]` and `no-new-privileges`: on a root that nobody may
 * change, with a volume, a /tmp and processes of its own, as the image's user. The network is this machine's.
 */
export class Container {
  readonly volume: string;
  readonly #image: Image;
  readonly #env: Record<string, string>;

  constructor(image: Image, scratch: string, env: Record<string, string>) {
    this.#image = image;
    this.#env = env;
    // A volume that is new has what the image has there, and its rights.
    this.volume = path.join(fs.mkdtempSync(path.join(scratch, "volume-")), "data");
    call("cp", "-a", path.join(image.root, this.#mountPoint), this.volume);
  }

  get #mountPoint(): string {
    return Object.keys(this.#image.config.Volumes)[0] ?? "";
  }

  run(command: string[] = this.#image.config.Cmd): ServerProcess {
    const { root, config } = this.#image;
    const [uid = "", gid = ""] = config.User.split(":");
    const variables = [...config.Env, ...Object.entries(this.#env).map(([key, value]) => `${key}=${value}`)];
    const mounts = [
      `mount --bind ${root} ${root}`,
      `mount -t proc proc ${root}/proc`,
      `mount --bind /dev ${root}/dev`,
      `mount -t tmpfs tmpfs ${root}/tmp`,
      // Without it not even localhost is known.
      `touch ${root}/etc/hosts`,
      `mount --bind /etc/hosts ${root}/etc/hosts`,
      `mount --bind ${this.volume} ${root}${this.#mountPoint}`,
      `mount -o remount,bind,ro ${root}`,
    ];
    const rights = [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      "--clear-groups",
      "--bounding-set=-all",
      "--no-new-privs",
    ];
    const inside = ["setpriv", ...rights, "env", "-i", "-C", config.WorkingDir, ...variables, ...command];
    const script = `${mounts.join("\n")}\nexec chroot ${root} "$@"`;
    const spaces = ["--mount", "--pid", "--fork", "--kill-child"];
    const PATH = process.env.PATH ?? "";
    return new ServerProcess("unshare", [...spaces, "sh", "-ec", script, "sh", ...inside], { PATH });
  }

  /** What an engine asks every now and then: 0 where it is well. */
  async health(): Promise<number | null> {
    const [, ...command] = this.#image.config.Healthcheck.Test;
    return await this.run(command).ended;
  }
}

/** The first process in there, as this machine knows it. */
export const firstProcessOf = ({ pid }: ServerProcess): number =>
  Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));

function call(program: string, ...args: string[]): string {
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  return execFileSync(program, args, { encoding: "utf8", stdio, maxBuffer: 2 ** 26 }).trim();
}
