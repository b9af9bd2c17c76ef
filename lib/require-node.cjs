// Plain JavaScript: it has to run where nothing else of Pail does.
if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error(
    "Pail needs Node 22 or newer, and this is " +
      process.version +
      ". `npm ci` brings one, which every script of package.json runs on.",
  );
  process.exit(1);
}
try {
  require.resolve("tsx");
} catch {
  console.error("Pail's packages are not installed. Run `npm ci` first.");
  process.exit(1);
}
