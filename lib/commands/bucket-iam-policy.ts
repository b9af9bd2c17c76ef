import { env } from "@/lib/env";
import { iamPolicy, requireIamRole } from "@/lib/storage/iam-policy";
import { iamRoles } from "@/lib/storage/locations";
import type { Command } from "./command";

export const bucketIamPolicyCommand: Command = {
  usage: `[--for ${iamRoles.join("|")}]`,
  options: { for: { type: "string", default: "app" } },
  async run(flags) {
    const { bucket, locations } = env();
    const policy = iamPolicy(requireIamRole(String(flags.for)), { name: bucket.name, locations });
    return { data: policy, text: JSON.stringify(policy, null, 2) };
  },
};
