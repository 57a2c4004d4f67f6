import {isBuiltin} from 'node:module';
import path from 'node:path';

/** Loaded at their first use: `child_process` loads `dgram` too, and `tls` all of `crypto`. */
const late = ['node:child_process', 'node:crypto', 'node:tls', 'node:zlib'];

/**
 * Loads Node's own modules with `process.getBuiltinModule`, the costly ones at their first use. A static import always
 * loads at the start, and reads every export of the module, which loads still more modules.
 */
export const bareBuiltins = {
  name: 'bare-builtins',
  setup({onResolve, onLoad, initialOptions: {absWorkingDir}}) {
    onResolve({filter: /./}, ({path: specifier, kind, importer}) => {
      const name = specifier.replace(/^(?!node:)/, 'node:');
      if (!isBuiltin(name) || !(kind === 'import-statement' || kind === 'require-call')) return undefined;
      // An older Node has no `getBuiltinModule`, and the entry must print its message there.
      if (path.basename(importer) === 'cli.tsx' && name !== 'node:process') return undefined;
      // A module for each importer: a shared one would become a chunk.
      return {path: name, namespace: kind, suffix: `?${path.relative(absWorkingDir, importer)}`};
    });
    onLoad({filter: /^node:/, namespace: 'require-call'}, ({path: name}) => ({
      contents: `${builtinCode(name)}module.exports = builtin;`,
    }));
    onLoad({filter: /^node:/, namespace: 'import-statement'}, ({path: name}) => ({
      contents: `${builtinCode(name)}export default builtin;\n${exportsCode(name).join('\n')}`,
    }));
  },
};

/** Code for `builtin`. A late one is an object whose getters load the module. */
function builtinCode(name) {
  // Every Node has this one, for the message of the entry.
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

/** Code for the exports; esbuild drops the unused ones. */
function exportsCode(name) {
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

/** Whether a wrapper can replace it: it is no class, and `promisify` does not treat it specially. */
function isPlainFunction(name, value) {
  return typeof value === 'function' && /^[a-z]/.test(name) && Object.getOwnPropertySymbols(value).length === 0;
}
