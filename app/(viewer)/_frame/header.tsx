import type { Route } from "next";
import Link from "next/link";
import type { SignedIn } from "@/lib/accounts/viewer";
import { acceptedFiles } from "@/lib/images/formats/table";
import { getTexts } from "../../_texts/request";
import { Glyph } from "../../_ui/glyph";
import { icons } from "../../_ui/icons";
import { Wordmark } from "../../_ui/wordmark";
import { Add } from "../../_uploads/add";
import { Menu } from "./menu";
import { PlaceLink } from "./place-link";
import { SearchForm } from "./search-form";

/** The places: at the top of a desktop, and on a phone a bar at the bottom, where albums come after what one adds. */
export async function Header({ viewer }: { viewer: SignedIn }) {
  const texts = await getTexts("places");
  const albums = { href: "/albums", children: <Face icon={icons.albums} word={texts("albums")} /> } as const;
  return (
    <header className="z-20 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:border-t max-sm:border-line max-sm:bg-page max-sm:pb-[env(safe-area-inset-bottom,0px)] print:hidden">
      <nav
        aria-label={texts("navigation")}
        className="flex items-center max-sm:px-[max(0.25rem,env(safe-area-inset-left,0px))] sm:gap-1 sm:px-[max(1rem,env(safe-area-inset-left,0px))] sm:pt-[max(0.5rem,env(safe-area-inset-top,0px))] sm:pb-2"
      >
        <Link
          href="/"
          prefetch={false}
          className="me-1 inline-flex min-h-11 items-center rounded-lg px-1 max-sm:hidden md:me-3"
          aria-label={texts("home")}
        >
          <Wordmark />
        </Link>
        <PlaceLink href="/">
          <Face icon={icons.picture} word={texts("pictures")} />
        </PlaceLink>
        <PlaceLink {...albums} className="max-sm:hidden" />
        <PlaceLink href={"/search" as Route} className="md:not-aria-[current]:hidden">
          <Face icon={icons.search} word={texts("search")} />
        </PlaceLink>
        <span className="max-sm:hidden sm:flex-1" />
        <SearchForm label={texts("search")}>
          <Glyph
            path={icons.search}
            sizePx={16}
            className="pointer-events-none absolute inset-y-0 start-3.5 my-auto text-quiet"
          />
        </SearchForm>
        <Add accept={acceptedFiles} />
        <PlaceLink {...albums} className="sm:hidden" />
        <Menu viewer={viewer} />
      </nav>
    </header>
  );
}

function Face({ icon, word }: { icon: string; word: string }) {
  return (
    <>
      <span className="bar-icon">
        <Glyph path={icon} sizePx={20} />
      </span>
      <span className="bar-word">{word}</span>
    </>
  );
}
