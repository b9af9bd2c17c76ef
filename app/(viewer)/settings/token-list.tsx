import type { Token } from "@/lib/accounts/tokens";
import { dangerButton } from "../../_ui/styles";
import { revoke } from "./actions";

export function TokenList({ tokens }: { tokens: Token[] }) {
  return (
    <section aria-labelledby="tokens" className="grid gap-2">
      <h2 id="tokens" className="text-lg font-semibold">
        Tokens
      </h2>
      {tokens.length === 0 ? <p className="text-quiet">There is none yet. Make one below.</p> : null}
      <ul className="divide-y divide-line">
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </ul>
    </section>
  );
}

function TokenRow({ token: { id, name, scopes, createdAt, lastUsedAt, expiresAt } }: { token: Token }) {
  const facts = [
    `may ${scopes.join(", ")}`,
    `made ${day(createdAt)}`,
    lastUsedAt === null ? "never used" : `last used ${day(lastUsedAt)}`,
    expiresAt === null ? "never expires" : `expires ${day(expiresAt)}`,
  ];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="mr-auto min-w-0">
        <p className="font-medium wrap-anywhere">{name}</p>
        <p className="text-sm text-quiet">{facts.join(" · ")}</p>
      </div>
      {/* It cannot be undone, so it asks first; without a script too. */}
      <details className="open:w-full open:sm:w-auto">
        <summary className={`${dangerButton} cursor-pointer`} aria-label={`Revoke ${name} …`}>
          Revoke …
        </summary>
        <form action={revoke} className="mt-2 grid gap-2 text-sm sm:max-w-60">
          <input type="hidden" name="id" value={id} />
          <p>What uses it is locked out at once, for good.</p>
          <button type="submit" className={dangerButton} aria-label={`Revoke ${name}`}>
            Revoke
          </button>
        </form>
      </details>
    </li>
  );
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
