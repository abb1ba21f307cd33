// Bundles the extension, and the tests that run inside the extension host, into one file each.
import { build } from "esbuild";

const release = process.argv.includes("--release");

await build({
  entryPoints: { extension: "src/extension.ts", "host-tests": "test/host/suite.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  // The language client's CommonJS build drags its submodules in by require; its ES module build bundles smaller.
  mainFields: ["module", "main"],
  minify: release,
  sourcemap: release ? false : "linked",
  logLevel: "warning",
});
