import { AppError } from "@/lib/errors";

const rules: [RegExp, string][] = [
  [/^.{3,63}$/, "has 3 to 63 characters"],
  [/^[a-z0-9.-]*$/, "has only lower-case letters, digits, hyphens and dots"],
  [/^[a-z0-9].*[a-z0-9]$/, "begins and ends with a letter or a digit"],
  [/^(?!.*(\.\.|\.-|-\.))/, "has no dot beside another one or beside a hyphen"],
  [/^(?!\d+\.\d+\.\d+\.\d+$)/, "does not look like an IP address"],
  [/^(?!xn--|sthree-|amzn-s3-demo-)/, "does not begin with xn--, sthree- or amzn-s3-demo-"],
  [
    /^(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)/,
    "does not end with a suffix that S3 keeps for itself",
  ],
];

/**
 * Checks the name by S3's rules. Throws AppError `bad_bucket_name`, which says the rule.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function requireBucketName(name: string, publicUrl: string): void {
  const broken = rules.find(([pattern]) => !pattern.test(name));
  if (broken !== undefined) {
    throw new AppError(
      "bad_bucket_name",
      `“${name}” is no bucket's name: one ${broken[1]}. Correct S3_BUCKET.`,
    );
  }
  const { protocol, hostname } = new URL(publicUrl);
  if (name.includes(".") && protocol === "https:" && hostname.startsWith(`${name}.`)) {
    const reason = "browsers could not reach it by https, as no certificate fits a host name with its dots";
    throw new AppError("bad_bucket_name", `Choose a name without dots instead of “${name}”: ${reason}.`);
  }
}
