import { toast } from "../_ui/toaster";
import { pageWords } from "./page-words";

/** What loads on first use: where it does not come, the toast says so, and `orElse` is called. */
export async function whenLoaded<M>(
  loading: Promise<M>,
  then: (module: M) => unknown,
  orElse?: () => unknown,
): Promise<void> {
  let module: M;
  try {
    module = await loading;
  } catch (error) {
    console.warn(error);
    toast(pageWords().getTexts("errors")("no_answer"));
    orElse?.();
    return;
  }
  await then(module);
}
