import { z } from "zod";

/** A ping says nothing. */
export const pingShape = z.null();

/** Nothing: that it came through Origin, session and viewer is the answer. */
export const answerPing = async (): Promise<null> => null;
