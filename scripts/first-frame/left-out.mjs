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
  // Node's `assert` again, and its `http` for two constants.
  {files: /undici\/lib\/(?:api|core|dispatcher)\/[a-z\d-]+\.js$/, change: ownAssert},
  {
    files: /undici\/lib\/core\/util\.js$/,
    change: (text, file) =>
      replaced(text, "const { IncomingMessage } = require('node:http')", 'class IncomingMessage {}', file),
  },
  {
    files: /undici\/lib\/dispatcher\/client\.js$/,
    change: (text, file) => replaced(text, "const http = require('node:http')", headerSize, file),
  },
  // Forms are never sent.
  {files: /undici\/lib\/web\/.*\.js$/, change: () => ''},
];

/** esbuild drops an unused call only if it is marked as pure. */
function unusedManifestReader(text, file) {
  const calls = ['requireNormalize();', 'getDefaultExportFromCjs(normalizeExports);', 'requireLib$1();'];
  for (const call of calls) text = replaced(text, `= ${call}`, `= /* @__PURE__ */ ${call}`, file);
  return replaced(text, '\npromisify(execFile);\n', '\n', file);
}

/** As `http` has it; only a flag makes it another. */
const headerSize = `const http = /max-http-header-size/.test(\`\${process.env.NODE_OPTIONS} \${process.execArgv}\`)
  ? process.getBuiltinModule('node:http')
  : {maxHeaderSize: 16384}`;

function ownAssert(text) {
  const ours =
    '(isTrue, error = "undici") => { if (!isTrue) throw error instanceof Error ? error : new Error(error); }';
  return text.replace("const assert = require('node:assert')", `const assert = ${ours}`);
}
