import { AppError, type Failure } from "@/lib/errors";
import type { BeginOutcome, ImageOffer, WantedDigests } from "@/lib/uploads/contract";
import type { BatchedServer } from "../calls/batched-server";
import type { Preparation, Prepared } from "../prepare/preparation";
import { toOffer } from "../prepare/prepared-image";
import type { Wait } from "../send/retry";

/** The server cuts names to fit; this only keeps an absurd one from spoiling the call for all. */
const maxOfferedName = 1024;
/** The store may change while a page is open, and not as often as that. */
const maxOtherDigests = 3;

export type Accepted = Exclude<BeginOutcome, { status: "refused" }>;

interface AskingOptions {
  server: BatchedServer;
  preparation: Preparation;
  /** as the store was when the page came */
  digests: WantedDigests;
}

interface Asked {
  file: File;
  /** what the offer says beside what was prepared */
  more: Pick<ImageOffer, "fileDate" | "uploadId">;
  signal: AbortSignal;
  onWait(wait: Wait | null): void;
}

/** Asks whether pictures may be sent, with the digests that the store wants by now. See "Digests" in lib/uploads/README.md. */
export class Asking {
  #digests: WantedDigests;

  constructor(private readonly options: AskingOptions) {
    this.#digests = options.digests;
  }

  /** What is to be computed of a file that is prepared now. */
  get digests(): WantedDigests {
    return this.#digests;
  }

  /** Computes what was prepared without and is wanted by now, and asks again. Throws AppError where it is refused. */
  async ask(prepared: Prepared, { file, more, signal, onWait }: Asked): Promise<Accepted> {
    const { server, preparation } = this.options;
    for (let tries = 0; ; tries += 1) {
      const offer = toOffer(file.name.slice(0, maxOfferedName), prepared.image);
      const outcome = await server.begin({ ...offer, ...more }, signal, onWait);
      if (outcome.status !== "refused") return outcome;
      const wanted = otherDigests(outcome.error);
      if (wanted === null || tries === maxOtherDigests) throw AppError.of(outcome.error);
      this.#digests = wanted;
      await preparation.addDigests(prepared, file, wanted, signal);
    }
  }
}

function otherDigests({ code, values }: Failure): WantedDigests | null {
  const { object, part } = values ?? {};
  if (code !== "digest_missing" || part === undefined) return null;
  return object === "sha256" || object === "md5" ? { object, part } : null;
}
