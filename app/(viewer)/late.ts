// In one script: in two, what both are made of would be sent twice.
export { AllHosts } from "./all-hosts";
export { LiveGallery } from "./live-gallery";
