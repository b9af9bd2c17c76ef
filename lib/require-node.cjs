// Plain JavaScript: it has to run where nothing else of Pail does.
var fs = require("node:fs");
var path = require("node:path");

var have = process.versions.node.split(".").map(Number);
if (have[0] < 20 || (have[0] === 20 && have[1] < 9)) {
  console.error(
    `Pail needs Node 20.9 or newer, and this is ${process.version}. Install a newer one and try again.`,
  );
  process.exit(1);
}
if (!fs.existsSync(path.join(__dirname, "..", "node_modules", "tsx"))) {
  console.error("Pail's packages are not installed. Run `npm ci` first.");
  process.exit(1);
}
