import {readFile} from 'node:fs/promises';
import path from 'node:path';

/** The parts of the program that are loaded before the first frame. */
const early = ['source/shells/startup/load-settings.ts', 'source/shells/screen/run/run-screen.ts'];
/** Loaded before the cache of compiled code is there: in the common chunk it would have all of it compiled at each start. */
const uncached = 'source/kit/system/compile-cache.ts';

/**
 * Puts the modules that three or more parts of the program (each is one `import()`) share into one chunk: fewer files to
 * read at the start. esbuild alone makes a chunk for each set of parts. `outputs`: of a build without this plugin.
 */
export function commonChunk({outputs}, root) {
  const partsByModule = new Map();
  for (const [file, {entryPoint}] of Object.entries(outputs)) {
    if (entryPoint === undefined) continue;
    for (const input of loadedWith(file, outputs).flatMap((each) => Object.keys(outputs[each].inputs))) {
      if (input.startsWith('source/'))
        partsByModule.set(input, (partsByModule.get(input) ?? new Set()).add(entryPoint));
    }
  }
  const isCommon = (parts) => parts.size > 2 && !parts.has(uncached) && early.some((part) => parts.has(part));
  const common = [...partsByModule].filter(([, parts]) => isCommon(parts));
  const parts = new Set(common.flatMap(([, each]) => [...each]));
  return {
    name: 'common-chunk',
    setup({onResolve, onLoad}) {
      onResolve({filter: /^common-chunk$/}, ({path: name}) => ({path: name, namespace: name}));
      onLoad({filter: /./, namespace: 'common-chunk'}, () => ({
        contents: common.map(([input]) => `import ${JSON.stringify(`./${input}`)};`).join('\n'),
        resolveDir: root,
      }));
      onLoad({filter: /\.tsx?$/}, async ({path: file}) => {
        if (!parts.has(path.relative(root, file))) return undefined;
        return {contents: `import 'common-chunk';${await readFile(file, 'utf8')}`, loader: path.extname(file).slice(1)};
      });
    },
  };
}

/** The output and everything that it imports statically. */
function loadedWith(output, outputs) {
  const found = new Set([output]);
  for (const each of found) {
    for (const {kind, path: target, external} of outputs[each].imports) {
      if (kind === 'import-statement' && !external) found.add(target);
    }
  }
  return [...found];
}
