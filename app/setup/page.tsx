import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { hasUsers, isSetupToken } from "@/lib/accounts/users";
import { Entrance } from "../_ui/entrance";
import { SetupForm } from "./setup-form";

export const metadata: Metadata = { title: "Set up" };

export default async function SetupPage({ searchParams }: PageProps<"/setup">) {
  if (await hasUsers()) redirect("/sign-in");
  const { token } = await searchParams;
  if (typeof token !== "string" || !isSetupToken(token)) {
    return (
      <Entrance title="This link does not work">
        <p className="text-quiet">
          The link that makes the first account is printed where Pail was started. Copy it from there, whole.
        </p>
      </Entrance>
    );
  }
  return (
    <Entrance title="Make your account">
      <SetupForm token={token} />
    </Entrance>
  );
}
