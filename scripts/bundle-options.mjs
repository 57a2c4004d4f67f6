import {bareBuiltins} from './first-frame/builtins.mjs';
import {lateParts} from './first-frame/late-parts.mjs';
import {leftOut} from './first-frame/left-out.mjs';
import {fasterInk, inkEdits} from './ink/faster-ink.mjs';
import {packageEdits} from './package-edits.mjs';
import {root} from './stamp.mjs';

/**
 * What both forms of the program, the package and the single file, ask of esbuild. A change to a package that gains less
 * than 2 ms and 1 % is removed.
 */
export const bundleOptions = (commit) => ({
  absWorkingDir: root,
  write: false,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  // Node 22 has both. esbuild would write `new RegExp(…)`, compiled at every call of the function around it.
  supported: {'regexp-unicode-property-escapes': true, 'regexp-set-notation': true},
  jsx: 'automatic',
  minifySyntax: true,
  // Half a megabyte less to read. Names stay, for crash reports.
  minifyWhitespace: true,
  legalComments: 'none',
  // React's development build leaks through performance.measure over days, so the choice is made here, not at run time.
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    // As in Node's own undici: leaves out an experimental HTTP parser, 9 % of the bundle.
    esbuildDetection: 'true',
    PIPETAIL_COMMIT: JSON.stringify(commit),
  },
  plugins: [bareBuiltins, packageEdits([...lateParts, ...leftOut, ...inkEdits]), fasterInk],
  alias: {'react-devtools-core': './scripts/no-devtools.mjs', undici: './scripts/undici.mjs'},
  logLevel: 'warning',
});

/**
 * The text of an output in ASCII: V8 stores any other with two bytes for each character, 2 MB more. esbuild has escaped
 * all but regular expressions.
 */
export const asciiOf = (text) =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
