import { HardDrive, Images, LogOut, Settings } from "lucide-react";
import { cookies } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { preconnect } from "react-dom";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { acceptedFiles } from "@/lib/images/formats/table";
import { picturesOrigin } from "@/lib/images/image-urls";
import type { Namespace } from "@/lib/texts/english";
import { pageLimits } from "@/lib/uploads/limits";
import { LanguageSwitch } from "../_texts/language-switch";
import { getTexts } from "../_texts/request";
import { Texts } from "../_texts/texts";
import { iconButton } from "../_ui/styles";
import { themeCookie, themeOf } from "../_ui/theme";
import { ThemeSwitch } from "../_ui/theme-switch";
import { Toaster } from "../_ui/toaster";
import { Wordmark } from "../_ui/wordmark";
import { ChooseFolder, ChooseImages, TakePicture } from "../_uploads/choose-images";
import { Uploads } from "../_uploads/uploads";
import { signOut } from "../sign-in/actions";
import { AlbumHost } from "./albums/album-host";
import { UndoOffers } from "./undo-offers";
// A toast can undo something from any page, and a page can call only the actions that it was built with.
import "./albums/actions";
import "./image-actions";

/** What its client components say, and what any page's toasts do. */
const places: Namespace[] = [
  ...(["frame", "adding", "gallery", "image", "albums", "selection", "tray", "errors", "waiting"] as const),
];

export default async function ViewerLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewerOrSignIn();
  // Without crossOrigin: an `img` asks with credentials, and those requests have connections of their own.
  preconnect(picturesOrigin());
  const texts = await getTexts("frame");
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  return (
    <Texts of={places}>
      <Uploads limits={pageLimits()} viewerId={viewer.id}>
        <header className="flex items-center px-2 py-2 sm:gap-1 sm:px-4">
          <Link href="/" prefetch={false} className="me-auto rounded-lg py-2 pe-2" aria-label={texts("home")}>
            <Wordmark />
          </Link>
          <TakePicture />
          <ChooseFolder />
          <ChooseImages accept={acceptedFiles} />
          <Link
            href="/albums"
            prefetch={false}
            className={iconButton}
            aria-label={texts("albums")}
            title={texts("albums")}
          >
            <Images aria-hidden size={20} />
          </Link>
          {viewer.role === "admin" ? (
            <Link
              href="/admin/storage"
              prefetch={false}
              className={iconButton}
              aria-label={texts("storage")}
              title={texts("storage")}
            >
              <HardDrive aria-hidden size={20} />
            </Link>
          ) : null}
          <ThemeSwitch initial={theme} />
          {/* A phone has no room for it: there it stands under Settings. */}
          <LanguageSwitch className="max-sm:hidden" />
          <Link
            href="/settings"
            prefetch={false}
            className={iconButton}
            aria-label={texts("settings")}
            title={texts("settings")}
          >
            <Settings aria-hidden size={20} />
          </Link>
          <form action={signOut}>
            <button
              type="submit"
              className={iconButton}
              aria-label={texts("signOut")}
              title={texts("signOutPerson", { name: viewer.name })}
            >
              <LogOut aria-hidden size={20} />
            </button>
          </form>
        </header>
        <main>{children}</main>
        <Toaster />
        <UndoOffers viewerId={viewer.id} />
        <AlbumHost />
      </Uploads>
    </Texts>
  );
}
