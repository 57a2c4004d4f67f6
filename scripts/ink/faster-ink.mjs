import path from 'node:path';

const here = import.meta.dirname;
const inkBuild = path.join(here, '../../node_modules/ink/build');

/** Edits of single lines, for `package-edits.mjs`. */
export const inkEdits = [
  // Yoga would decode its own base64 with `fetch`, for which Node loads its own undici.
  {files: /yoga-wasm-base64-esm\.js$/, change: (text) => `const fetch = undefined;\n${text}`},
];

/** Replaces the costliest parts of Ink in the bundle by what a screen of finished rows needs. */
export const fasterInk = {
  name: 'faster-ink',
  setup({onResolve, resolve}) {
    // Does not write every frame into cells and read it back.
    replace('./output.js', 'renderer.js', 'row-output.ts');
    // Does not write all rows of a log again when it moves on by one.
    replace('./log-update.js', 'ink.js', 'log-update.ts');
    // Our own rows contain nothing to remove.
    replace('./sanitize-ansi.js', 'squash-text-nodes.js', 'sanitize-ansi.ts');
    // Measures our rows without splitting them into graphemes, which their divider would require.
    onResolve({filter: /^string-width$/}, ({importer, kind, pluginData}) => {
      if (pluginData === 'original') return undefined;
      // For other texts our replacement imports the version that Ink uses.
      if (importer.startsWith(here))
        return resolve('string-width', {kind, resolveDir: inkBuild, pluginData: 'original'});
      return importer.includes('/node_modules/') ? {path: path.join(here, 'string-width.ts')} : undefined;
    });

    /** Where `file` of Ink imports `specifier`, it gets ours. */
    function replace(specifier, file, ours) {
      onResolve({filter: /^\.\/[a-z-]+\.js$/}, ({path: wanted, importer}) =>
        wanted === specifier && importer.endsWith(path.join('/ink/build', file))
          ? {path: path.join(here, ours)}
          : undefined,
      );
    }
  },
};
