import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentViewer } from "@/lib/accounts/session-cookie";
import { Entrance } from "../_ui/entrance";
import { SignInForm } from "./sign-in-form";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  if ((await currentViewer()) !== null) redirect("/");
  return (
    <Entrance title="Sign in">
      <SignInForm />
    </Entrance>
  );
}
