import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { env } from "@/lib/env";
import { directionOf } from "@/lib/texts/languages";
import { Phone } from "./_phone/phone";
import { currentLanguage, getTexts } from "./_texts/request";
import { Texts } from "./_texts/texts";
import { AddressNotice, AddressNoticeWithoutScript } from "./_ui/address-notice";
import { themeCookie, themeOf } from "./_ui/theme";
import "./globals.css";

export async function generateMetadata(): Promise<Metadata> {
  const texts = await getTexts("frame");
  const assets = env().staticUrl ?? "";
  return {
    title: { default: "Pail", template: "%s · Pail" },
    description: texts("description"),
    robots: { index: false, follow: false },
    icons: {
      icon: [
        { url: `${assets}/favicon.ico`, sizes: "32x32" },
        { url: `${assets}/icon.svg`, type: "image/svg+xml" },
      ],
      apple: `${assets}/icons/apple-touch-icon.png`,
    },
    appleWebApp: { capable: true, title: "Pail" },
    // Next says it by the newer name alone, by which iOS shows no image at the start.
    other: { "apple-mobile-web-app-capable": "yes" },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#101012" },
  ],
};

/** Every page is rendered for its request: it has a nonce, and shows one viewer's pictures. */
export const dynamic = "force-dynamic";

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const language = await currentLanguage();
  const { appOrigin } = env();
  return (
    <html lang={language} dir={directionOf(language)} data-theme={theme}>
      <body className="min-h-dvh font-sans antialiased">
        <Texts of={["frame"]}>
          <AddressNotice appOrigin={appOrigin} />
          {(await wasAskedForAt(appOrigin)) ? null : <AddressNoticeWithoutScript appOrigin={appOrigin} />}
          {children}
        </Texts>
        <Phone />
      </body>
    </html>
  );
}

/** As far as the server has heard: our own one notes what was asked for before it says APP_ORIGIN instead. */
async function wasAskedForAt(origin: string): Promise<boolean> {
  const heard = await headers();
  return (heard.get("x-pail-host") ?? heard.get("host")) === new URL(origin).host;
}
