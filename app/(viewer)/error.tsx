"use client";

import { PageFailure } from "../_ui/page-failure";

/** Within the frame: what is being sent goes on. */
export default PageFailure;
