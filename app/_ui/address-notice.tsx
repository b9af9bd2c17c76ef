"use client";

import { useSyncExternalStore } from "react";
import { useTexts } from "../_texts/provider";

/**
 * Says where Pail lives, to whoever has opened it elsewhere: cookies and forms are good at APP_ORIGIN alone. Which address was
 * opened the browser knows for certain; what a server hears of it may be what a proxy made of it.
 */
export function AddressNotice({ appOrigin }: { appOrigin: string }) {
  const address = useSyncExternalStore(
    noChanges,
    () => window.location.href,
    () => null,
  );
  const isElsewhere = address !== null && new URL(address).origin !== appOrigin;
  return isElsewhere ? <LivesAt appOrigin={appOrigin} to={sameAt(appOrigin, address)} /> : null;
}

/** For browsers without JavaScript, where the server has heard of another address. */
export function AddressNoticeWithoutScript({ appOrigin }: { appOrigin: string }) {
  return (
    <noscript>
      <LivesAt appOrigin={appOrigin} to={appOrigin} />
    </noscript>
  );
}

function LivesAt({ appOrigin, to }: { appOrigin: string; to: string }) {
  const texts = useTexts("frame");
  return (
    <p role="status" className="bg-accent px-4 py-3 text-center text-sm text-on-accent">
      {texts.rich("livesAt", {
        origin: appOrigin,
        link: (text) => (
          <a key="link" href={to} className="font-medium underline underline-offset-4">
            {text}
          </a>
        ),
      })}
    </p>
  );
}

function sameAt(origin: string, address: string): string {
  const { pathname, search } = new URL(address);
  return origin + pathname + search;
}

const noChanges = () => () => {};
