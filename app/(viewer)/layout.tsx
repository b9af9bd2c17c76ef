import { HardDrive, Images, LogOut, Settings } from "lucide-react";
import { cookies } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { env } from "@/lib/env";
import { acceptedFiles } from "@/lib/images/formats/table";
import { iconButton } from "../_ui/styles";
import { themeCookie, themeOf } from "../_ui/theme";
import { ThemeSwitch } from "../_ui/theme-switch";
import { Toaster } from "../_ui/toaster";
import { Wordmark } from "../_ui/wordmark";
import { ChooseFolder, ChooseImages, TakePicture } from "../_uploads/choose-images";
import { Uploads } from "../_uploads/uploads";
import { signOut } from "../sign-in/actions";
// A toast can undo something from any page, and a page can call only the actions that it was built with.
import "./albums/actions";
import "./image-actions";

export default async function ViewerLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewerOrSignIn();
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  return (
    <Uploads limits={env().limits} viewerId={viewer.id}>
      <header className="flex items-center px-2 py-2 sm:gap-1 sm:px-4">
        <Link
          href="/"
          prefetch={false}
          className="mr-auto rounded-lg py-2 pr-2"
          aria-label="Pail, to your pictures"
        >
          <Wordmark />
        </Link>
        <TakePicture />
        <ChooseFolder />
        <ChooseImages accept={acceptedFiles} />
        <Link href="/albums" prefetch={false} className={iconButton} aria-label="Albums" title="Albums">
          <Images aria-hidden size={20} />
        </Link>
        {viewer.role === "admin" ? (
          <Link
            href="/admin/storage"
            prefetch={false}
            className={iconButton}
            aria-label="Storage"
            title="Storage"
          >
            <HardDrive aria-hidden size={20} />
          </Link>
        ) : null}
        <ThemeSwitch initial={theme} />
        <Link href="/settings" prefetch={false} className={iconButton} aria-label="Settings" title="Settings">
          <Settings aria-hidden size={20} />
        </Link>
        <form action={signOut}>
          <button
            type="submit"
            className={iconButton}
            aria-label="Sign out"
            title={`Sign out ${viewer.name}`}
          >
            <LogOut aria-hidden size={20} />
          </button>
        </form>
      </header>
      <main>{children}</main>
      <Toaster />
    </Uploads>
  );
}
