import { toast } from "../../_ui/toaster";
import type { UndoTools } from "../undo";

/** What words what is said, for what is no component: the layout's `Selecting` brings it. */
type Tools = Omit<UndoTools, "leave">;

let tools: Tools | null = null;

export const setTools = (next: Tools): void => {
  tools = next;
};

/** Nothing is selected, and so nothing asked of this, before the layout runs. */
export function getTools(): Tools {
  if (tools === null) throw new Error("the layout is not there yet");
  return tools;
}

/** What loads on first use: where it does not come, the toast says so. */
export async function whenLoaded<M>(loading: Promise<M>, then: (module: M) => unknown): Promise<void> {
  let module: M;
  try {
    module = await loading;
  } catch (error) {
    console.warn(error);
    return toast(getTools().wordFailure({ code: "no_answer", message: "" }));
  }
  await then(module);
}
