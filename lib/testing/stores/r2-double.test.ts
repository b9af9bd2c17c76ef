import { test } from "vitest";
import { journey } from "./double-journey";
import { asR2 } from "./r2-double";

test("pictures of any size go to R2, and nothing of what is deleted stays", () => journey(() => asR2));
