"use client";

import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { UploadLimits } from "@/lib/uploads/contract";
import { toast } from "../_ui/toaster";
import { DropTarget } from "./drop-target";
import { whenUnderWay } from "./under-way";

interface TakeFiles {
  add(files: File[]): void;
  /** To be called when someone is about to add files. */
  prepare(): void;
}

const TakeFilesContext = createContext<TakeFiles>({ add: () => {}, prepare: () => {} });

export const useTakeFiles = (): TakeFiles => useContext(TakeFilesContext);

interface UploadsProps {
  limits: UploadLimits;
  viewerId: string;
  children: ReactNode;
}

/**
 * Takes files from the whole page. What sends them is loaded once someone reaches for it: looking at pictures does without,
 * unless there is something on its way.
 */
export function Uploads({ limits, viewerId, children }: UploadsProps) {
  const [sending, setSending] = useState<typeof import("./sending") | null>(null);
  const [chosen, setChosen] = useState<File[]>([]);
  const isLoading = useRef(false);
  const prepare = useCallback(() => {
    if (isLoading.current) return;
    isLoading.current = true;
    void loadSending().then(setSending);
  }, []);
  const add = useCallback(
    (files: File[]) => {
      if (files.length === 0) return;
      prepare();
      setChosen((before) => [...before, ...files]);
    },
    [prepare],
  );
  const onTaken = useCallback((count: number) => setChosen((before) => before.slice(count)), []);
  useEffect(() => whenUnderWay(viewerId, prepare), [viewerId, prepare]);
  const [takeFiles] = useState({ add, prepare });
  return (
    <TakeFilesContext value={takeFiles}>
      {children}
      <DropTarget onFiles={add} onNear={prepare} />
      {sending === null ? null : (
        <sending.Sending limits={limits} viewerId={viewerId} chosen={chosen} onTaken={onTaken} />
      )}
    </TakeFilesContext>
  );
}

const maxRetryMs = 30_000;

/** Asks until it comes: what was chosen meanwhile waits for it. */
async function loadSending(retryMs = 1000): Promise<typeof import("./sending")> {
  try {
    return await import("./sending");
  } catch {
    toast(
      "What sends the pictures could not be loaded. It is tried again; if that takes long, reload the page.",
    );
    await new Promise((resolve) => setTimeout(resolve, retryMs));
    return loadSending(Math.min(maxRetryMs, 2 * retryMs));
  }
}
