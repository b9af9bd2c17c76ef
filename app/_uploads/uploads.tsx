"use client";

import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { PageLimits } from "@/lib/uploads/contract";
import { useTexts } from "../_texts/provider";
import { toast } from "../_ui/toaster";
import { albumUnder, intoAlbum } from "./album-here";
import { DropTarget } from "./drop-target";
import { keepChoice, takeChoice, takeShared } from "./kept-choice";
import { takeSharedIds } from "./shared-pictures";
import { whenUnderWay } from "./under-way";
import { untilLoaded } from "./until-loaded";

interface TakeFiles {
  add(files: File[]): void;
  /** To be called when someone is about to add files. */
  prepare(): void;
}

const TakeFilesContext = createContext<TakeFiles>({ add: () => {}, prepare: () => {} });

export const useTakeFiles = (): TakeFiles => useContext(TakeFilesContext);

interface UploadsProps {
  limits: PageLimits;
  viewerId: string;
  children: ReactNode;
}

/**
 * Takes files from the whole page. What sends them is loaded once someone reaches for it: looking at pictures does without,
 * unless there is something on its way.
 */
export function Uploads({ limits, viewerId, children }: UploadsProps) {
  const texts = useTexts("adding");
  const [sending, setSending] = useState<typeof import("./sending") | null>(null);
  const [chosen, setChosen] = useState<File[]>([]);
  const isLoading = useRef(false);
  const [isMissing, setIsMissing] = useState(false);
  const kept = useRef<"nothing" | "some" | "all">("nothing");
  const leftOutByDrops = useRef(0);
  const prepare = useCallback(() => {
    if (isLoading.current) return;
    isLoading.current = true;
    void untilLoaded(
      () => import("./sending"),
      () => {
        setIsMissing(true);
        toast(texts(kept.current === "all" ? "choiceKept" : "notLoaded"));
      },
    ).then((loaded) => {
      setSending(loaded);
      if (kept.current !== "nothing") void takeChoice(viewerId);
    });
  }, [texts, viewerId]);
  const add = useCallback(
    (files: File[], leftOut = 0, album = albumUnder(null)) => {
      if (files.length === 0 && leftOut > 0) toast(texts("leftOut", { count: leftOut }));
      if (files.length === 0) return;
      leftOutByDrops.current += leftOut;
      prepare();
      setChosen((before) => [...before, ...intoAlbum(files, album)]);
    },
    [prepare, texts],
  );
  const onSortedOut = useCallback(
    (leftOut: number) => {
      const count = leftOut + leftOutByDrops.current;
      leftOutByDrops.current = 0;
      if (count > 0) toast(texts("leftOut", { count }));
    },
    [texts],
  );
  useEffect(() => {
    if (!isMissing || sending !== null || chosen.length === 0) return;
    void keepChoice(viewerId, chosen).then((areAllKept) => {
      kept.current = areAllKept ? "all" : "some";
      if (areAllKept) toast(texts("choiceKept"));
    });
  }, [isMissing, sending, chosen, viewerId, texts]);
  useEffect(() => void takeChoice(viewerId).then((files) => add(files, 0, null)), [viewerId, add]);
  useEffect(() => {
    const ids = takeSharedIds();
    if (ids.length > 0) void takeShared(ids).then((files) => add(files, 0, null));
  }, [add]);
  const onTaken = useCallback((count: number) => setChosen((before) => before.slice(count)), []);
  useEffect(() => whenUnderWay(viewerId, prepare), [viewerId, prepare]);
  const [takeFiles] = useState({ add, prepare });
  return (
    <TakeFilesContext value={takeFiles}>
      {children}
      <DropTarget onFiles={add} onNear={prepare} />
      {sending === null ? null : <sending.Sending {...{ limits, viewerId, chosen, onTaken, onSortedOut }} />}
    </TakeFilesContext>
  );
}
