import { Trash2 } from "lucide-react";
import type { Metadata, Route } from "next";
import Link from "next/link";
import { z } from "zod";
import { requireViewerOrSignIn } from "@/lib/accounts/session-cookie";
import { listDeletedAlbums } from "@/lib/albums/trash";
import { now } from "@/lib/clock";
import type { TrashCursor } from "@/lib/images/contract";
import { listTrash, trashSeconds } from "@/lib/images/trash";
import { compiledMessages } from "@/lib/texts/compiled";
import { formatBytes } from "@/lib/texts/formats";
import { MoreTexts } from "../../_texts/provider";
import { currentLanguage, getTexts } from "../../_texts/request";
import { FormError } from "../../_ui/entrance";
import { pageHeading, quietButton } from "../../_ui/styles";
import { sentenceOfCode } from "../failed-code";
import { Confirm } from "./confirm";
import { DeletedAlbums } from "./deleted-albums";
import { EmptyTrash } from "./empty-trash";
import { TrashList } from "./trash-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTexts("trash"))("title") };
}

export default async function TrashPage({ searchParams }: PageProps<"/trash">) {
  const viewer = await requireViewerOrSignIn();
  const asked = await searchParams;
  const [{ images, next, size }, albums] = await Promise.all([
    listTrash(viewer, cursorOf(asked.before)),
    listDeletedAlbums(viewer),
  ]);
  const texts = await getTexts("trash");
  const language = await currentLanguage();
  const days = Math.round(trashSeconds() / 86_400);
  const before = now().getTime();
  const isEmpty = size.count === 0 && albums.length === 0;
  return (
    <MoreTexts messages={compiledMessages(language, ["trash"])}>
      <div className="mx-auto grid max-w-7xl grid-cols-[minmax(0,1fr)] gap-6 px-4 py-6 sm:px-6">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="grid gap-1">
            <h1 tabIndex={-1} id="trash" className={pageHeading}>
              {texts("title")}
            </h1>
            {isEmpty ? null : (
              <p className="max-w-prose text-sm text-quiet">
                {size.count === 0
                  ? null
                  : `${texts("holds", { count: size.count, size: formatBytes(language, size.bytes) })} `}
                {texts("stays", { days })}
              </p>
            )}
          </div>
          {size.count === 0 ? null : <EmptyTrash count={size.count} before={before} />}
        </div>
        <FormError message={await sentenceOfCode(asked.failed)} />
        <Confirm asked={asked} count={size.count} before={before} albums={albums} />
        {isEmpty ? <Nothing days={days} /> : null}
        <DeletedAlbums albums={albums} />
        {images.length === 0 && size.count > 0 ? <p>{texts("noneOlder")}</p> : null}
        <TrashList images={images} />
        <nav className="flex flex-wrap gap-2 empty:hidden">
          {asked.before === undefined ? null : (
            <Link href={"/trash" as Route} prefetch={false} className={quietButton}>
              {texts("newest")}
            </Link>
          )}
          {next === null ? null : (
            <Link
              href={`/trash?before=${next.deletedAt}_${next.id}` as Route}
              prefetch={false}
              className={quietButton}
            >
              {texts("older")}
            </Link>
          )}
        </nav>
      </div>
    </MoreTexts>
  );
}

async function Nothing({ days }: { days: number }) {
  const texts = await getTexts("trash");
  return (
    <div className="grid min-h-[50dvh] place-content-center justify-items-center gap-4 text-center">
      <Trash2 aria-hidden size={40} strokeWidth={1.25} className="text-quiet" />
      <h2 className="text-xl font-semibold tracking-tight">{texts("none")}</h2>
      <p className="max-w-xs text-quiet">{texts("noneHint", { days })}</p>
      <Link href="/" prefetch={false} className={quietButton}>
        {texts("toPictures")}
      </Link>
    </div>
  );
}

const cursorShape = z
  .string()
  .regex(/^\d{1,15}_[0-9a-f-]{36}$/)
  .transform((text) => text.split("_"));

/** Of an address that nobody wrote so, the first page. */
function cursorOf(text: string | string[] | undefined): TrashCursor | null {
  const { data } = cursorShape.safeParse(text);
  return data === undefined ? null : { deletedAt: Number(data[0]), id: data[1] ?? "" };
}
