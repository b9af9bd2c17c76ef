// In place of how Next draws the page of an error that no page of Pail's catches: it reads the same, plainly, and every page is
// 1 kB of script lighter.
const plain = {};

export const errorThemeCss =
  ":root{color-scheme:light dark}body{font-family:system-ui;margin:30vh auto 0;max-width:24rem;padding:0 1.5rem;line-height:1.5}";

export const errorStyles = {
  container: plain,
  card: plain,
  title: plain,
  message: plain,
  form: plain,
  buttonGroup: { display: "flex", gap: "1rem" },
  button: { font: "inherit", minHeight: "2.75rem" },
  buttonSecondary: { font: "inherit", minHeight: "2.75rem" },
  digestFooter: plain,
};

export const WarningIcon = () => null;
