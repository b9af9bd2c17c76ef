import type { Route } from "next";
import { cookies } from "next/headers";
import Link from "next/link";
import type { SignedIn } from "@/lib/accounts/viewer";
import { LanguageSwitch } from "../../_texts/language-switch";
import { getTexts } from "../../_texts/request";
import { Glyph } from "../../_ui/glyph";
import { icons } from "../../_ui/icons";
import { Panel } from "../../_ui/panel";
import { menuRow } from "../../_ui/styles";
import { themeCookie, themeOf } from "../../_ui/theme";
import { ThemeSwitch } from "../../_ui/theme-switch";
import { signOut } from "../../sign-in/actions";
import { Stored } from "./stored";
import { storedOf } from "./stored-of";

/** Everything that is no place, under one's name. */
export async function Menu({ viewer }: { viewer: SignedIn }) {
  const texts = await getTexts("places");
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  return (
    <>
      <button
        type="button"
        popoverTarget="menu"
        aria-label={`${texts("menu")} ${viewer.name}`}
        className="bar-item sm:gap-2 sm:ps-1.5 lg:pe-2"
      >
        <span className="bar-icon">
          <Initial name={viewer.name} className="size-6" />
        </span>
        <span className="bar-word sm:hidden">{texts("menu")}</span>
        <Initial name={viewer.name} className="size-8 max-sm:hidden" />
        <bdi className="max-w-40 truncate max-lg:hidden">{viewer.name}</bdi>
      </button>
      <Panel id="menu" label={texts("menu")} className="sm:w-72">
        <div className="grid gap-1 border-b border-line px-3 pt-2 pb-3 text-sm">
          <bdi className="truncate font-medium">{viewer.name}</bdi>
          <bdi className="truncate text-quiet">{viewer.email}</bdi>
          <Stored initial={await storedOf(viewer)} />
        </div>
        <ul className="border-b border-line py-2">
          <Row href={"/trash" as Route} word={texts("trash")} icon={icons.trash} />
          <Row href="/settings" word={texts("settings")} icon={icons.settings} />
          {viewer.role === "admin" ? (
            <Row href="/admin/storage" word={texts("storage")} icon={icons.storage} />
          ) : null}
        </ul>
        <div className="grid gap-1 border-b border-line py-2">
          <ThemeSwitch initial={theme} />
          <LanguageSwitch />
        </div>
        <form action={signOut} className="pt-2">
          <button type="submit" className={menuRow}>
            <Glyph path={icons.signOut} sizePx={18} className="text-quiet" />
            {texts("signOut")}
          </button>
        </form>
      </Panel>
    </>
  );
}

function Initial({ name, className }: { name: string; className: string }) {
  return (
    <bdi
      aria-hidden
      className={`grid shrink-0 place-content-center rounded-full border border-line bg-sunken text-xs font-semibold text-text ${className}`}
    >
      {[...name.trim()][0]?.toUpperCase()}
    </bdi>
  );
}

function Row({ href, word, icon }: { href: Route; word: string; icon: string }) {
  return (
    <li>
      <Link href={href} prefetch={false} className={menuRow}>
        <Glyph path={icon} sizePx={18} className="text-quiet" />
        {word}
      </Link>
    </li>
  );
}
