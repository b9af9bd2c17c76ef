import type { ReactNode } from "react";
import { preconnect } from "react-dom";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { picturesOrigin } from "@/lib/images/image-urls";
import type { Namespace } from "@/lib/texts/english";
import { pageLimits } from "@/lib/uploads/limits";
import { getTexts } from "../_texts/request";
import { Texts } from "../_texts/texts";
import { contentId } from "../_ui/panes";
import { Toaster } from "../_ui/toaster";
import { Uploads } from "../_uploads/uploads";
import { Header } from "./_frame/header";
import { Hosts } from "./hosts";
import { UndoOffers } from "./undo-offers";
// A toast can undo something from any page, and a page can call only the actions that it was built with.
import "./_facts/actions";
import "./albums/actions";
import "./image-actions";

/** What its client components say, and what any page's toasts do. */
const places: Namespace[] = [
  ...([
    "frame",
    "adding",
    "gallery",
    "timeline",
    "albums",
    "selection",
    "tray",
    "errors",
    "waiting",
  ] as const),
];

export default async function ViewerLayout({ children }: { children: ReactNode }) {
  const viewer = await requireViewerOrSignIn();
  // Without crossOrigin: an `img` asks with credentials, and those requests have connections of their own.
  preconnect(picturesOrigin());
  const texts = await getTexts("places");
  return (
    <Texts of={places}>
      <Uploads limits={pageLimits()} viewerId={viewer.id}>
        <a
          href={`#${contentId}`}
          className="fixed start-4 top-2 z-50 rounded-full bg-text px-5 py-3 text-sm font-medium text-page not-focus:sr-only print:hidden"
        >
          {texts("skip")}
        </a>
        <Header viewer={viewer} />
        <main
          id={contentId}
          tabIndex={-1}
          className="room-below outline-none max-sm:pt-[env(safe-area-inset-top,0px)]"
        >
          {children}
        </main>
        <Toaster />
        <UndoOffers viewerId={viewer.id} />
        <Hosts />
      </Uploads>
    </Texts>
  );
}
