import {isBuiltin} from 'node:module';
import path from 'node:path';

/** Loaded when something of them is used: `child_process` brings `dgram` with it, and `tls` all of `crypto`. */
const late = ['node:child_process', 'node:crypto', 'node:tls', 'node:zlib'];

/**
 * Takes Node's own modules with `process.getBuiltinModule` instead of an import, the costly ones late: 7 ms. An import
 * cannot wait, and makes a module with all the names of the builtin and reads each of them, which loads more behind it.
 */
export const bareBuiltins = {
  name: 'bare-builtins',
  setup({onResolve, onLoad, initialOptions: {absWorkingDir}}) {
    onResolve({filter: /./}, ({path: specifier, kind, importer}) => {
      const name = specifier.replace(/^(?!node:)/, 'node:');
      if (!isBuiltin(name) || !(kind === 'import-statement' || kind === 'require-call')) return undefined;
      // The entry must get as far as its message in a Node that has no such function.
      if (path.basename(importer) === 'cli.tsx' && name !== 'node:process') return undefined;
      // One for each importer: one for all would be a chunk of its own.
      return {path: name, namespace: kind, suffix: `?${path.relative(absWorkingDir, importer)}`};
    });
    onLoad({filter: /^node:/, namespace: 'require-call'}, ({path: name}) => ({
      contents: `${taken(name)}module.exports = builtin;`,
    }));
    onLoad({filter: /^node:/, namespace: 'import-statement'}, ({path: name}) => ({
      contents: `${taken(name)}export default builtin;\n${namesOf(name).join('\n')}`,
    }));
  },
};

/** `builtin`: the module. Of a late one, what has the same names and loads it when one of them is asked for. */
function taken(name) {
  // Older ones have no such function, but have a process.
  if (name === 'node:process') return 'const builtin = globalThis.process;\n';
  const load = `process.getBuiltinModule('${name}')`;
  if (!late.includes(name)) return `const builtin = ${load};\n`;
  const names = Object.keys(process.getBuiltinModule(name));
  return `const builtin = /* @__PURE__ */ (() => {
  let loaded;
  const get = (name) => (loaded ??= ${load})[name];
  const names = ${JSON.stringify(names)};
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, {get: () => get(name)}])));
})();\n`;
}

/** Exports, of which esbuild leaves out those that nobody imports. */
function namesOf(name) {
  const module = process.getBuiltinModule(name);
  const names = Object.keys(module).filter((each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== 'default');
  return names.map((each, index) => {
    const value =
      late.includes(name) && isPlainFunction(each, module[each])
        ? '(...given) => builtin[name](...given)'
        : 'builtin[name]';
    return `const export${index} = /* @__PURE__ */ ((name) => ${value})('${each}');\nexport {export${index} as ${each}};`;
  });
}

/** Whether calls are all that it is there for: not a class, nothing that `promisify` treats in a way of its own. */
function isPlainFunction(name, value) {
  return typeof value === 'function' && /^[a-z]/.test(name) && Object.getOwnPropertySymbols(value).length === 0;
}
