import { createHash } from "node:crypto";
import { compiledMessages } from "@/lib/texts/compiled";
import { directionOf, languageCookie, languages } from "@/lib/texts/languages";
import { createTranslator } from "@/lib/texts/translator";
import { themeCookie } from "../_ui/theme";

/**
 * What the service worker shows where a page cannot be had. It is kept for all who use this browser and for either language, and is
 * whole in itself: nothing else may be there when it is, so that it has no icon, for which browsers would ask.
 */
export function GET(): Response {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; img-src data:; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; frame-ancestors 'none'`;
  return new Response(page(), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
    },
  });
}

const page = () => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<title>Pail</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
<svg aria-hidden="true" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"><path d="M4 9h16l-2 11.2a1 1 0 0 1-1 .8H7a1 1 0 0 1-1-.8L4 9Z"/><path d="M5 9a7 7 0 0 1 14 0"/></svg>
${languages.map(section).join("\n")}
</main>
<script>${script}</script>
</html>
`;

function section(language: (typeof languages)[number]): string {
  const texts = createTranslator(language, compiledMessages(language, ["phone"]), "phone");
  return `<section lang="${language}" dir="${directionOf(language)}">
<h1>${texts("offlineTitle")}</h1>
<p>${texts("offlineHint")}</p>
<a href="">${texts("tryAgain")}</a>
</section>`;
}

const shown = languages.map((language) => `:root[lang=${language}] section[lang=${language}]`).join();

/** As app/globals.css has it. */
const style = `:root{color-scheme:light dark}:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
body{margin:0;background:light-dark(#fff,#101012);color:light-dark(#18181b,#f4f4f5);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans",sans-serif}
main{box-sizing:border-box;min-height:100dvh;max-width:24rem;margin:auto;padding:3rem 1.5rem;display:grid;align-content:center;gap:2rem}
svg{color:light-dark(#1f4fd8,#8fb1ff)}
section{display:none}${shown}{display:grid;gap:1rem;justify-items:start}
:lang(ko){word-break:keep-all}
h1{margin:0;font-size:1.5rem;line-height:2rem;font-weight:600}p{margin:0;color:light-dark(#62626b,#a6a6b0)}
a{display:inline-flex;align-items:center;min-height:44px;padding:0 1.25rem;border-radius:22px;font-size:.875rem;font-weight:500;text-decoration:none;color:light-dark(#fff,#0b1533);background:light-dark(#1f4fd8,#8fb1ff)}
a:focus-visible{outline:2px solid light-dark(#1f4fd8,#8fb1ff);outline-offset:2px}`;

/** Says all of it in the language that was chosen, else the browser's, and goes back once there is a network. */
const script = `const known=${JSON.stringify(languages)};
const cookie=(name)=>document.cookie.split("; ").find((one)=>one.startsWith(name+"="))?.slice(name.length+1);
const liked=[cookie("${languageCookie}"),...navigator.languages.map((one)=>one.split("-")[0])];
const root=document.documentElement;
root.lang=liked.find((one)=>known.includes(one))??known[0];
root.dataset.theme=cookie("${themeCookie}")??"system";
document.title=document.querySelector("section[lang="+root.lang+"] h1").textContent+" · Pail";
addEventListener("online",()=>location.reload());`;
