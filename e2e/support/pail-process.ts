import { type ChildProcess, spawn } from "node:child_process";

export const commandLine = ["--conditions=react-server", "--import", "tsx", "lib/cli.ts"];

/** What `start --json` prints. */
interface Started {
  port: number;
  /** null where the bucket is not the local one */
  bucketPort: number | null;
  setupUrl: string | null;
}

/** A process that serves, as `npm start` starts it. */
export class PailProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly started: Started,
  ) {}

  /** @param tell is told what it prints */
  static async start(
    folder: string,
    env: NodeJS.ProcessEnv,
    tell: (text: string) => void,
  ): Promise<PailProcess> {
    const child = spawn(process.execPath, [...commandLine, "start", "--json"], {
      ...{ cwd: folder, env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (text: string) => {
      output += text;
      tell(text);
    };
    child.stderr?.on("data", (chunk) => keep(String(chunk)));
    const started = await new Promise<Started>((resolve, reject) => {
      let answer = "";
      child.stdout?.on("data", (chunk) => {
        answer += String(chunk);
        keep(String(chunk));
        const line = /^\{.*\}$/m.exec(answer);
        if (line !== null) resolve(JSON.parse(line[0]));
      });
      child.once("exit", (code) => reject(new Error(`Pail ended with code ${code}:\n${output}`)));
    });
    return new PailProcess(child, started);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }
}
