import {replaced} from '../package-edits.mjs';

/** What of packages is never reached here, and is loaded at each start all the same. */
export const leftOut = [
  // 8 ms and 150 KB: meow looks for a package.json, which it is given, and brings the tables of all licences for it.
  {
    files: /meow\/build\/options\.js$/,
    change: (text, file) =>
      replaced(
        text,
        "import { a as readPackageUpSync, n as normalizePackageData } from './dependencies.js';",
        'const readPackageUpSync = () => undefined;\nconst normalizePackageData = () => {};',
        file,
      ),
  },
  {files: /meow\/build\/dependencies\.js$/, change: unusedManifestReader},
  // 2 ms: Node's `assert`, for a check of a type.
  {
    files: /signal-exit\/index\.js$/,
    change: (text, file) => replaced(text, "var assert = require('assert')", 'var assert = {equal() {}}', file),
  },
  // 3 ms until the first line: HTTP/2 is not offered to a server, so none speaks it.
  {
    files: /undici\/lib\/dispatcher\/client-h2\.js$/,
    change: () => "module.exports = () => { throw new Error('HTTP/2 was not offered'); };",
  },
];

/** esbuild leaves a call out only when it is told that it does nothing but give a value. */
function unusedManifestReader(text, file) {
  const calls = ['requireNormalize();', 'getDefaultExportFromCjs(normalizeExports);', 'requireLib$1();'];
  for (const call of calls) text = replaced(text, `= ${call}`, `= /* @__PURE__ */ ${call}`, file);
  return replaced(text, '\npromisify(execFile);\n', '\n', file);
}
