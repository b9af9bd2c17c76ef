"use server";

import { refresh } from "next/cache";
import { z } from "zod";
import { userAction } from "@/lib/actions";
import type { Failure } from "@/lib/errors";
import { examineStoreFor } from "@/lib/uploads/store";

export interface ExamineState {
  failure?: Failure;
}

const examineStore = userAction(z.undefined(), examineStoreFor);

/** A form action, so that it works without JavaScript too. */
export async function examine(): Promise<ExamineState> {
  const result = await examineStore(undefined);
  if (!result.ok) return { failure: result.error };
  refresh();
  return {};
}
