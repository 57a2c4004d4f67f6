import {readFile} from 'node:fs/promises';
import path from 'node:path';

const here = import.meta.dirname;
const inkBuild = path.join(here, '../../node_modules/ink/build');

/**
 * What in Ink costs the most is replaced in the bundle by what a screen of finished rows needs. Following 10,000 lines a
 * second at 200×50 took 2.7 s of CPU in ten seconds before and 1.6 s with it.
 */
export const fasterInk = {
  name: 'faster-ink',
  setup({onLoad, onResolve, resolve}) {
    // Yoga would decode its own base64 with `fetch`, for which Node loads another undici: 20 ms until the first frame.
    onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path: file}) => ({
      contents: `const fetch = undefined;\n${await readFile(file, 'utf8')}`,
    }));
    // string-width makes a segmenter on import: 9 ms until the first frame, which needs none.
    const segmenter = 'const segmenter = new Intl.Segmenter();';
    onLoad({filter: /string-width\/index\.js$/}, async ({path: file}) => {
      const text = await readFile(file, 'utf8');
      if (!text.includes(segmenter)) throw new Error(`${file} has no line any more: ${segmenter}`);
      const late = 'let made; const segmenter = {segment: (text) => (made ??= new Intl.Segmenter()).segment(text)};';
      return {contents: text.replace(segmenter, late)};
    });
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
