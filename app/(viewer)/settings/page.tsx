import type { Metadata } from "next";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listTokens } from "@/lib/accounts/tokens";
import { NewTokenForm } from "./new-token-form";
import { TokenList } from "./token-list";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const tokens = await listTokens(await requireViewerOrSignIn());
  return (
    <article className="mx-auto grid max-w-3xl gap-8 px-4 py-6">
      <header className="grid gap-2">
        <h1 className="text-2xl font-semibold">Settings</h1>
        <p className="text-quiet">
          With a token, programs put pictures here for you: ShareX, scripts, “npm run manage -- upload”. What
          they can ask for is described in{" "}
          <a href="/api/v1/openapi.json" className="underline underline-offset-4">
            an OpenAPI document
          </a>
          .
        </p>
      </header>
      <TokenList tokens={tokens} />
      <NewTokenForm />
    </article>
  );
}
