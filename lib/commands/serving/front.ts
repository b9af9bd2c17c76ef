import type { RequestListener } from "node:http";
import { asAppOrigin } from "./app-origin";
import { refusingMalformedActions } from "./malformed-actions";
import { picturesFirst } from "./pictures-first";
import { refusalOf, refuse } from "./refusal";
import { withRequestId } from "./request-id";
import { takingWholeBodies } from "./whole-body";

/** What stands between the port and the pages. Each step sees only what the one before it lets through. */
export const frontOf = (pages: RequestListener): RequestListener =>
  withRequestId(
    refusingNonsense(asAppOrigin(takingWholeBodies(refusingMalformedActions(picturesFirst(pages))))),
  );

const refusingNonsense =
  (handle: RequestListener): RequestListener =>
  (request, response) => {
    const refusal = refusalOf(request);
    if (refusal === null) return handle(request, response);
    refuse(refusal, response);
    // What is left of it would hold up the next request.
    request.resume();
  };
