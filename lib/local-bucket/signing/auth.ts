import { Hash } from "@smithy/hash-node";
import {
  ALGORITHM_IDENTIFIER,
  createScope,
  getCanonicalHeaders,
  getSigningKey,
  SignatureV4Base,
  UNSIGNED_PAYLOAD,
} from "@smithy/signature-v4";
import type { SignedPayload } from "../wire/body";
import { header, type S3Request } from "../wire/request";
import { notImplemented, S3Error } from "../wire/s3-error";
import { ChunkSignatures } from "./chunk-signatures";
import { checkSignature, type SigningKey, sameText } from "./signature";
import { type CredentialParameters, type Malformed, readSignatureParameters } from "./signature-parameters";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Where credentials are temporary, every request must carry it. */
  sessionToken?: string;
}

/** Verifies who signed a request or a form, with the SDK's own canonical form. One account, one region. */
export class Authenticator extends SignatureV4Base {
  readonly #credentials: Credentials;
  readonly #region: string;
  readonly #now: () => Date;

  constructor(credentials: Credentials, region: string, now: () => Date) {
    super({ credentials, region, service: "s3", sha256: Sha256, uriEscapePath: false, applyChecksum: false });
    this.#credentials = credentials;
    this.#region = region;
    this.#now = now;
  }

  /** Refuses a request that the account did not sign, by header or by query. */
  async authenticate(request: S3Request): Promise<SignedPayload> {
    const given = readSignatureParameters(request, this.#now());
    const { key, scope } = await this.checkCredential(given);
    checkEverythingSigned(request, given.signedHeaders, given.malformed);

    const signed: Record<string, string> = {};
    for (const name of given.signedHeaders) {
      const value = header(request.http, name);
      if (value === undefined) throw given.malformed(`the signed header ${name} is not in the request`);
      signed[name] = value;
    }
    const asSigned = {
      protocol: "http:",
      hostname: "",
      method: request.method,
      path: request.canonicalPath,
      query: Object.fromEntries([...request.query].map(([name, values]) => [name, [...values]])),
      headers: signed,
    };
    const headers = getCanonicalHeaders(asSigned, undefined, new Set(given.signedHeaders));
    const canonical = this.createCanonicalRequest(asSigned, headers, given.payload);
    const text = await this.createStringToSign(given.longDate, scope, canonical, ALGORITHM_IDENTIFIER);
    checkSignature(key, text, given.signature, { CanonicalRequest: canonical });
    return readPayload(given.payload, () => new ChunkSignatures(key, given.longDate, scope, given.signature));
  }

  /** Refuses a credential of another account, day, region or service, or without its session token. */
  async checkCredential(given: CredentialParameters): Promise<{ key: SigningKey; scope: string }> {
    const { credential, longDate, malformed } = given;
    const parts = credential.split("/");
    const [shortDate, region, service, terminator] = parts.slice(-4);
    const accessKeyId = parts.slice(0, -4).join("/");
    if (!accessKeyId || !shortDate || !/^\d{8}$/.test(shortDate) || terminator !== "aws4_request") {
      throw malformed("the credential must be <access key id>/<yyyymmdd>/<region>/s3/aws4_request");
    }
    if (accessKeyId !== this.#credentials.accessKeyId) {
      const message = "The AWS access key ID you provided does not exist in our records.";
      throw new S3Error("InvalidAccessKeyId", message, { AWSAccessKeyId: accessKeyId });
    }
    if (region !== this.#region) {
      throw malformed(`the region '${region}' is wrong; expecting '${this.#region}'`, {
        Region: this.#region,
      });
    }
    if (service !== "s3") throw malformed(`incorrect service "${service}"; this endpoint belongs to "s3"`);
    if (!longDate.startsWith(shortDate)) {
      throw malformed(`the credential's date ${shortDate} is not that of X-Amz-Date`);
    }
    this.#checkSessionToken(given.sessionToken);
    const key = await getSigningKey(Sha256, this.#credentials, shortDate, region, service);
    return { key: { accessKeyId, key }, scope: createScope(shortDate, region, service) };
  }

  #checkSessionToken(given: string | undefined): void {
    const { sessionToken } = this.#credentials;
    if (given === undefined) {
      if (sessionToken === undefined) return;
      const message =
        "Access Denied: these credentials are temporary, so x-amz-security-token must be given.";
      throw new S3Error("AccessDenied", message);
    }
    if (sessionToken !== undefined && sameText(given, sessionToken)) return;
    throw new S3Error("InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
}

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super("sha256", secret);
  }
}

/** S3 acts only on what was signed: every x-amz-* header changes what a request means. */
function checkEverythingSigned({ http }: S3Request, signedHeaders: string[], malformed: Malformed): void {
  if (!signedHeaders.includes("host")) throw malformed("the host header must be signed");
  const unsigned = Object.keys(http.headersDistinct).filter(
    (name) => name.startsWith("x-amz-") && !signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
      HeadersNotSigned: unsigned.join(", "),
    });
  }
}

function readPayload(payload: string, startSignatures: () => ChunkSignatures): SignedPayload {
  const kind = "aws-chunked";
  switch (payload) {
    case UNSIGNED_PAYLOAD:
      return { kind: "unsigned" };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind, hasTrailer: true };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind, hasTrailer: false, signatures: startSignatures() };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind, hasTrailer: true, signatures: startSignatures() };
  }
  if (payload.startsWith("STREAMING-")) throw notImplemented(`the x-amz-content-sha256 ${payload}`);
  if (/^[0-9a-f]{64}$/.test(payload)) return { kind: "sha256", hex: payload };
  const known =
    "UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  throw new S3Error("InvalidArgument", `x-amz-content-sha256 must be ${known} or a SHA-256 in hex.`);
}
