// Plain JavaScript: it has to run where nothing else of Pail does.
var fs = require("node:fs");
var path = require("node:path");

if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error(
    "Pail needs Node 22 or newer, and this is " +
      process.version +
      ". `npm ci` brings one, which every script of package.json runs on.",
  );
  process.exit(1);
}
if (!fs.existsSync(path.join(__dirname, "..", "node_modules", "tsx"))) {
  console.error("Pail's packages are not installed. Run `npm ci` first.");
  process.exit(1);
}
