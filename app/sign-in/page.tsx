import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentViewer } from "@/lib/accounts/session-cookie";
import { Entrance } from "../_ui/entrance";
import { SignInForm } from "./sign-in-form";

export const metadata: Metadata = { title: "Sign in" };

/** `?again` is for whoever wants to be somebody else. */
export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  if ((await currentViewer()) !== null && (await searchParams).again === undefined) redirect("/");
  return (
    <Entrance title="Sign in">
      <SignInForm />
    </Entrance>
  );
}
