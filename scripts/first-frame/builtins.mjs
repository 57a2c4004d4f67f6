import {isBuiltin} from 'node:module';
import path from 'node:path';

/** Loaded at their first use: `child_process` loads `dgram` too, and `tls` all of `crypto`. */
const late = ['node:child_process', 'node:crypto', 'node:tls', 'node:zlib'];

/**
 * Loads Node's own modules with `process.getBuiltinModule` instead of an import, the costly ones late. An import cannot
 * wait; it also makes a module with all the names of the builtin and reads each of them, which loads still more.
 */
export const bareBuiltins = {
  name: 'bare-builtins',
  setup({onResolve, onLoad, initialOptions: {absWorkingDir}}) {
    onResolve({filter: /./}, ({path: specifier, kind, importer}) => {
      const name = specifier.replace(/^(?!node:)/, 'node:');
      if (!isBuiltin(name) || !(kind === 'import-statement' || kind === 'require-call')) return undefined;
      // In a Node without that function the entry must still print its message.
      if (path.basename(importer) === 'cli.tsx' && name !== 'node:process') return undefined;
      // One for each importer: a shared one would be a chunk of its own.
      return {path: name, namespace: kind, suffix: `?${path.relative(absWorkingDir, importer)}`};
    });
    onLoad({filter: /^node:/, namespace: 'require-call'}, ({path: name}) => ({
      contents: `${loaded(name)}module.exports = builtin;`,
    }));
    onLoad({filter: /^node:/, namespace: 'import-statement'}, ({path: name}) => ({
      contents: `${loaded(name)}export default builtin;\n${namesOf(name).join('\n')}`,
    }));
  },
};

/** Code for `builtin`, the module; a late one is an object with the same names that loads it at the first access. */
function loaded(name) {
  // An older Node has no such function, but a process.
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

/** Its exports; esbuild drops the unused ones. */
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

/** Whether it is only called: no class, and nothing that `promisify` treats specially. */
function isPlainFunction(name, value) {
  return typeof value === 'function' && /^[a-z]/.test(name) && Object.getOwnPropertySymbols(value).length === 0;
}
