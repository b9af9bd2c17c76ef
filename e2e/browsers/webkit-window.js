// A window of WebKitGTK for WebKitWebDriver, run by gjs. Debian's MiniBrowser would do, but for one thing: what a driver opens in it
// is a private window, and WebKit does not write down what is said on the console of those.
import GLib from "gi://GLib";
import Gtk from "gi://Gtk?version=3.0";
import WebKit from "gi://WebKit2?version=4.1";

const [folder] = ARGV;
Gtk.init(null);
const context = WebKit.WebContext.new_with_website_data_manager(
  new WebKit.WebsiteDataManager({ base_data_directory: folder, base_cache_directory: folder }),
);
context.set_automation_allowed(true);
context.connect("automation-started", (_context, session) => {
  const info = new WebKit.ApplicationInfo();
  info.set_name("Pail");
  session.set_application_info(info);
  session.connect("create-web-view", () => {
    const settings = new WebKit.Settings({ enable_write_console_messages_to_stdout: true });
    const view = new WebKit.WebView({ web_context: context, is_controlled_by_automation: true, settings });
    const window = new Gtk.Window({ default_width: 1280, default_height: 900 });
    window.add(view);
    window.show_all();
    return view;
  });
});
context.connect("download-started", (_context, download) => {
  download.connect("decide-destination", (_download, name) => {
    download.set_destination(GLib.filename_to_uri(`${folder}/downloads/${name}`, null));
    return true;
  });
  download.connect("failed", (_download, error) => print(`DOWNLOAD failed: ${error.message}`));
  download.connect("finished", () => print(`DOWNLOAD ended: ${download.get_destination()}`));
});
// So a test asks for the end of service workers.
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 10, () => {
  const { SERVICE_WORKER_REGISTRATIONS } = WebKit.WebsiteDataTypes;
  context.get_website_data_manager().clear(SERVICE_WORKER_REGISTRATIONS, 0, null, null);
  return GLib.SOURCE_CONTINUE;
});
Gtk.main();
