import { log } from "@/lib/log";

// Tests that provoke what is logged look at it themselves; a green run says nothing else.
log.level = "silent";
