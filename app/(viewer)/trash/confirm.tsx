import type { Route } from "next";
import Link from "next/link";
import type { DeletedAlbum } from "@/lib/albums/contract";
import { getTexts } from "../../_texts/request";
import { dangerButton, primaryButton, quietButton } from "../../_ui/styles";
import { submitConfirmed } from "./actions";

type Asked = Record<string, string | string[] | undefined>;

/** Where there is no script: what a form has asked for is confirmed here. With one, dialogs ask. */
export async function Confirm(props: {
  asked: Asked;
  count: number;
  before: number;
  albums: DeletedAlbum[];
}) {
  const { asked, count, before, albums } = props;
  const texts = await getTexts("trash");
  const { ask } = asked;
  const ids = [asked.id ?? []].flat();
  if (typeof ask !== "string" || (ask !== "empty" && ids.length === 0)) return null;
  const name = albums.find(({ id }) => id === ids[0])?.name ?? "";
  const isGentle = ask.startsWith("restore");
  const question = () => {
    if (ask === "empty") return texts("askEmpty", { count });
    if (ask === "restore") return texts("askRestore", { count: ids.length });
    if (ask === "restore-album") return texts("restoreAlbum", { name });
    if (ask === "purge-album") return texts("askAlbum", { name });
    return texts("askPurge", { count: ids.length });
  };
  return (
    <form action={submitConfirmed} className="grid gap-3 rounded-2xl border border-line p-5">
      <h2 className="font-semibold">{question()}</h2>
      {isGentle ? null : <p className="text-sm text-quiet">{texts("cannotBeUndone")}</p>}
      <input type="hidden" name="ask" value={ask} />
      <input type="hidden" name="before" value={before} />
      {ids.map((id) => (
        <input key={id} type="hidden" name="id" value={id} />
      ))}
      <div className="flex flex-wrap gap-2">
        <button type="submit" className={isGentle ? primaryButton : dangerButton}>
          {texts(isGentle ? "restore" : "purge")}
        </button>
        <Link href={"/trash" as Route} prefetch={false} className={quietButton}>
          {texts("cancel")}
        </Link>
      </div>
    </form>
  );
}
