import { env } from "@/lib/env";
import { iamPolicy, iamRoles, requireIamRole } from "@/lib/storage/iam-policy";
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
