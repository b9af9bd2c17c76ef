import { AllHosts } from "./all-hosts";
import { LiveGallery } from "./live-gallery";

/** In one script: in two, what both are made of would be sent twice. */
export const late = { AllHosts, LiveGallery };
