import path from 'node:path';
import {replaced} from '../package-edits.mjs';

const here = import.meta.dirname;
const inkBuild = path.join(here, '../../node_modules/ink/build');

/** Small changes of the same purpose, see `package-edits.mjs`. */
export const inkEdits = [
  // Yoga would decode its own base64 with `fetch`, for which Node loads another undici: 20 ms until the first frame.
  {files: /yoga-wasm-base64-esm\.js$/, change: (text) => `const fetch = undefined;\n${text}`},
  // Where a row has changed is found without a segmenter in ours too, which have a divider that is not ASCII: 5 ms until
  // the first line.
  {
    files: /ink\/build\/line-update\.js$/,
    change: (text, file) =>
      replaced(
        `import {simpleWidth} from ${JSON.stringify(path.join(here, '../../source/terminal/simple-text.ts'))};\n${text}`,
        'const printableAscii = /^[ -~]*$/u;',
        'const printableAscii = {test: (row) => simpleWidth(row) !== undefined};',
        file,
      ),
  },
];

/**
 * What in Ink costs the most is replaced in the bundle by what a screen of finished rows needs. Following 10,000 lines a
 * second at 200×50 took 2.7 s of CPU in ten seconds before and 1.6 s with it.
 */
export const fasterInk = {
  name: 'faster-ink',
  setup({onResolve, resolve}) {
    // A frame is not put into cells and read out again: a third of the CPU.
    replace('./output.js', 'renderer.js', 'row-output.ts');
    // Rows are painted by us: there is nothing in them to take out.
    replace('./sanitize-ansi.js', 'squash-text-nodes.js', 'sanitize-ansi.ts');
    // Widths of rows without going from grapheme to grapheme, which the divider in each of them had made necessary.
    onResolve({filter: /^string-width$/}, ({importer, kind, pluginData}) => {
      if (pluginData === 'original') return undefined;
      // Ink's own version, for what is not simple.
      if (importer.startsWith(here))
        return resolve('string-width', {kind, resolveDir: inkBuild, pluginData: 'original'});
      return importer.includes('/node_modules/') ? {path: path.join(here, 'string-width.ts')} : undefined;
    });

    /** `file` of Ink gets ours where it imports `specifier`. */
    function replace(specifier, file, ours) {
      onResolve({filter: /^\.\/[a-z-]+\.js$/}, ({path: wanted, importer}) =>
        wanted === specifier && importer.endsWith(path.join('/ink/build', file))
          ? {path: path.join(here, ours)}
          : undefined,
      );
    }
  },
};
