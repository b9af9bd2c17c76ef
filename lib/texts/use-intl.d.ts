import type { English } from "./english";
import type { AnyLanguage } from "./languages";

declare module "use-intl" {
  interface AppConfig {
    Locale: AnyLanguage;
    Messages: English;
  }
}
