import {replaced} from '../package-edits.mjs';

/** Code of packages that is never used here, but would be loaded at each start. */
export const leftOut = [
  // meow would look for a package.json, which it gets from us, and load the tables of all licences for that.
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
  // Node's `assert`, for one check of a type.
  {
    files: /signal-exit\/index\.js$/,
    change: (text, file) => replaced(text, "var assert = require('assert')", 'var assert = {equal() {}}', file),
  },
  // What Ink draws when a component throws, with lines of its source: on the screen that it leaves at the same moment.
  {files: /ink\/build\/components\/ErrorOverview\.js$/, change: () => 'export default () => null;'},
  // HTTP/2 is never offered to a server.
  {
    files: /undici\/lib\/dispatcher\/client-h2\.js$/,
    change: () => "module.exports = () => { throw new Error('HTTP/2 was not offered'); };",
  },
];

/** esbuild drops an unused call only if it is marked as pure. */
function unusedManifestReader(text, file) {
  const calls = ['requireNormalize();', 'getDefaultExportFromCjs(normalizeExports);', 'requireLib$1();'];
  for (const call of calls) text = replaced(text, `= ${call}`, `= /* @__PURE__ */ ${call}`, file);
  return replaced(text, '\npromisify(execFile);\n', '\n', file);
}
