"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { UploadLimits } from "@/lib/uploads/contract";

const AddFiles = createContext<(files: File[]) => void>(() => undefined);
export const useAddFiles = () => useContext(AddFiles);

export function Uploads({ children }: { limits: UploadLimits; children: ReactNode }) {
  return <AddFiles value={() => undefined}>{children}</AddFiles>;
}
