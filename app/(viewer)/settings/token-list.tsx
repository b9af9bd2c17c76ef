import type { Token } from "@/lib/accounts/tokens";
import { getTexts } from "../../_texts/request";
import { dangerButton } from "../../_ui/styles";
import { revoke } from "./actions";
import { TokenFacts } from "./token-facts";

export async function TokenList({ tokens }: { tokens: Token[] }) {
  const texts = await getTexts("settings");
  return (
    <section aria-labelledby="tokens" className="grid gap-2">
      <h2 id="tokens" className="text-lg font-semibold">
        {texts("tokens")}
      </h2>
      <p className="text-quiet">
        {texts.rich("tokensHint", {
          link: (text) => (
            <a key="link" href="/api/v1/openapi.json" className="underline underline-offset-4">
              {text}
            </a>
          ),
        })}
      </p>
      {tokens.length === 0 ? <p className="text-quiet">{texts("noTokens")}</p> : null}
      <ul className="divide-y divide-line">
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </ul>
    </section>
  );
}

async function TokenRow({ token }: { token: Token }) {
  const { id, name, ...facts } = token;
  const texts = await getTexts("settings");
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="me-auto min-w-0">
        <p className="font-medium wrap-anywhere">{name}</p>
        <TokenFacts {...facts} />
      </div>
      {/* It cannot be undone, so it asks first; without a script too. */}
      <details className="open:w-full open:sm:w-auto">
        <summary className={`${dangerButton} cursor-pointer`} aria-label={texts("askRevokeNamed", { name })}>
          {texts("askRevoke")}
        </summary>
        <form action={revoke} className="mt-2 grid gap-2 text-sm sm:max-w-60">
          <input type="hidden" name="id" value={id} />
          <p>{texts("revokeHint")}</p>
          <button type="submit" className={dangerButton} aria-label={texts("revokeNamed", { name })}>
            {texts("revoke")}
          </button>
        </form>
      </details>
    </li>
  );
}
