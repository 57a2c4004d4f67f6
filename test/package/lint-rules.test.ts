import {cp, mkdir, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {root, run} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

/** For each room, imports that must pass and imports that must fail: the table of the rooms, by example. */
const ROOMS: Readonly<Record<string, {readonly allowed: readonly string[]; readonly forbidden: readonly string[]}>> = {
  lib: {
    allowed: ['./other.ts'],
    forbidden: ['../engine/buffer/x.ts', '../kit/words/x.ts', 'node:fs', 'node:timers/promises', 'react'],
  },
  'engine/api': {
    allowed: ['./other.ts', '../../lib/x.ts', 'undici'],
    forbidden: ['../../kit/terminal/sanitise.ts', '../buffer/x.ts', '../logs/x.ts', 'react'],
  },
  'engine/buffer': {
    allowed: ['./other.ts', '../../lib/x.ts'],
    forbidden: ['../stitch/x.ts', '../logs/x.ts', 'node:fs'],
  },
  'engine/stitch': {
    allowed: ['../../lib/x.ts', '../buffer/x.ts'],
    forbidden: ['../api/types.ts', '../logs/x.ts', 'node:net'],
  },
  'engine/records': {
    allowed: ['../../lib/x.ts', '../buffer/x.ts', '../stitch/x.ts'],
    forbidden: ['../../kit/terminal/x.ts', '../../kit/viewport/x.ts', '../api/types.ts'],
  },
  'engine/program': {
    allowed: ['./other.ts', '../../lib/x.ts', '../api/types.ts'],
    forbidden: ['../api/client.ts', '../records/x.ts', '../../kit/terminal/x.ts', 'node:fs'],
  },
  'engine/filters': {
    allowed: ['../../lib/x.ts', '../buffer/x.ts', '../records/x.ts'],
    forbidden: ['../logs/x.ts', '../../kit/terminal/x.ts', '../api/types.ts'],
  },
  'engine/disk': {
    allowed: ['../../lib/x.ts', 'node:fs/promises'],
    forbidden: ['../buffer/x.ts', '../logs/x.ts', '../recording/x.ts', '../api/types.ts', 'node:net'],
  },
  'engine/recording': {
    allowed: ['../disk/save-file.ts', '../buffer/x.ts', 'node:fs/promises'],
    forbidden: ['../logs/x.ts', '../opened/x.ts', '../api/types.ts', 'node:net'],
  },
  'engine/opened': {
    allowed: ['../disk/save-file.ts', '../recording/x.ts', '../../lib/clean.ts', 'node:zlib', 'yauzl'],
    forbidden: ['../logs/x.ts', '../stitch/x.ts', '../../kit/terminal/sanitise.ts', '../api/types.ts', 'node:net'],
  },
  'engine/connection': {
    allowed: ['../../lib/x.ts', '../api/x.ts', '../buffer/x.ts'],
    forbidden: ['../logs/x.ts', '../merge/x.ts', '../stitch/x.ts', '../disk/x.ts', 'undici'],
  },
  'engine/pipelines': {
    allowed: ['../../lib/x.ts', '../api/x.ts', '../connection/backoff.ts', '../logs/log.ts'],
    forbidden: ['../connection/machine.ts', '../logs/x.ts', '../buffer/x.ts', '../../kit/words/x.ts', 'undici'],
  },
  'engine/logs': {
    allowed: ['../../lib/x.ts', '../api/x.ts', '../buffer/x.ts', '../recording/x.ts', '../connection/x.ts'],
    forbidden: ['../merge/x.ts', '../feeds/x.ts', 'undici', 'react'],
  },
  'engine/merge': {
    allowed: ['../logs/x.ts', '../buffer/x.ts', '../records/x.ts'],
    forbidden: ['../connection/machine.ts', '../api/x.ts', '../stitch/x.ts', '../../kit/words/x.ts', 'undici'],
  },
  'engine/feeds': {
    allowed: ['../logs/x.ts', '../connection/x.ts', '../merge/x.ts', '../api/types.ts', '../opened/x.ts'],
    forbidden: ['../api/client.ts', '../stitch/x.ts', '../records/x.ts', '../../kit/words/x.ts', 'undici'],
  },
  'kit/terminal': {
    allowed: ['./other.ts', '../../lib/width.ts'],
    forbidden: ['../words/x.ts', '../../engine/buffer/x.ts', 'string-width', 'ink'],
  },
  'kit/words': {
    allowed: ['../../lib/x.ts', '../../engine/api/types.ts', '../../engine/records/runs.ts', '../terminal/x.ts'],
    forbidden: ['../viewport/x.ts', '../screen/x.ts', '../../features/why/x.ts', 'react'],
  },
  'kit/settings': {
    allowed: ['../../lib/x.ts', '../../engine/api/types.ts'],
    forbidden: ['../../engine/api/client.ts', '../screen/x.ts', 'meow', 'toml-eslint-parser'],
  },
  'kit/keys': {
    allowed: ['./other.ts', '../settings/x.ts', 'ink'],
    forbidden: ['../screen/x.ts', '../state/x.ts', '../../engine/logs/x.ts', 'react'],
  },
  'kit/system': {
    allowed: ['../../lib/x.ts', '../../engine/disk/x.ts', 'node:child_process'],
    forbidden: ['../settings/x.ts', '../terminal/x.ts', '../../engine/logs/x.ts', 'node:vm', 'react', 'ink'],
  },
  'kit/viewport': {
    allowed: ['../../engine/buffer/x.ts', '../../engine/records/x.ts', '../terminal/x.ts', '../words/markers.ts'],
    forbidden: ['../../engine/logs/x.ts', '../screen/x.ts', '../pages/x.ts', 'react'],
  },
  'kit/facts': {
    allowed: ['../../lib/x.ts', '../../engine/records/x.ts', '../../engine/pipelines/x.ts'],
    forbidden: ['../journal/x.ts', '../screen/x.ts', '../settings/x.ts', '../../features/why/x.ts', 'react'],
  },
  'kit/journal': {
    allowed: ['../../lib/x.ts', '../../engine/buffer/x.ts', '../../engine/logs/x.ts', '../facts/x.ts'],
    forbidden: ['../screen/x.ts', '../settings/x.ts', '../../features/errors/x.ts', 'react'],
  },
  'kit/state': {
    allowed: ['./other.ts', '../../engine/filters/x.ts', '../viewport/x.ts'],
    forbidden: ['../screen/x.ts', '../pane/x.ts', '../../engine/logs/x.ts', 'react', 'ink'],
  },
  'kit/pane': {
    allowed: ['../state/x.ts', '../screen/layout.ts', '../../engine/logs/x.ts'],
    forbidden: ['../../features/search/x.ts', '../../shells/screen/controller.ts', 'react'],
  },
  'kit/pages': {
    allowed: ['../screen/screen.ts', '../terminal/x.ts', '../../lib/x.ts'],
    forbidden: ['../../engine/buffer/x.ts', '../../features/help/x.ts', '../../shells/features.ts', 'react'],
  },
  'kit/copy': {
    allowed: ['../screen/screen.ts', '../../engine/buffer/x.ts'],
    forbidden: ['../../features/why/x.ts', '../../shells/screen/controller.ts', 'react', 'node:fs'],
  },
  'kit/screen': {
    allowed: ['../pane/x.ts', '../journal/x.ts', '../../engine/logs/x.ts'],
    forbidden: ['../../features/why/x.ts', '../../shells/screen/controller.ts', 'react', 'ink'],
  },
  'kit/shell': {
    allowed: ['../words/x.ts', '../../engine/feeds/x.ts', 'node:path'],
    forbidden: ['../../features/why/x.ts', '../../shells/commands/status.ts', 'react', 'undici'],
  },
  'features/why': {
    allowed: ['./other.ts', '../../lib/x.ts', '../../engine/logs/x.ts', '../../kit/screen/screen.ts'],
    forbidden: ['../errors/x.ts', '../../shells/features.ts', '../../shells/screen/controller.ts', 'react', 'node:fs'],
  },
  shells: {
    allowed: ['../features/help/x.ts', '../kit/screen/screen.ts'],
    forbidden: ['./screen/controller.ts', './startup/x.ts', 'react'],
  },
  'shells/startup': {
    allowed: ['../../engine/api/x.ts', '../../kit/settings/x.ts', '../../../demo/x.ts', 'node:os', 'node:fs/promises'],
    forbidden: ['../commands/x.ts', '../screen/x.ts', '../../features/why/x.ts', 'node:net', 'undici'],
  },
  'shells/commands': {
    allowed: ['../../engine/logs/x.ts', '../../../demo/x.ts', '../../features/why/x.ts', '../startup/x.ts'],
    forbidden: ['../screen/x.ts', '../screen/session/x.ts', 'react', 'ink', 'node:child_process'],
  },
  'shells/commands/logs': {
    allowed: ['../x.ts', '../../../engine/logs/x.ts', '../../../engine/api/x.ts'],
    forbidden: ['../../screen/x.ts', '../../screen/run/x.ts', 'react', 'ink', 'node:vm'],
  },
  'shells/screen': {
    allowed: ['../../engine/logs/x.ts', '../../kit/viewport/x.ts', './session/x.ts'],
    forbidden: ['../../../demo/x.ts', '../commands/x.ts', './run/x.ts', './components/x.ts', 'react', 'undici'],
  },
  'shells/screen/session': {
    allowed: ['../controller.ts', '../../../features/errors/errors-feature.ts', '../../../engine/disk/x.ts'],
    forbidden: ['../components/x.ts', '../run/x.ts', '../../startup/x.ts', 'react', 'undici'],
  },
  'shells/screen/components': {
    allowed: ['../hooks/x.ts', '../../../kit/viewport/x.ts', './other.tsx', 'react'],
    forbidden: ['../session/x.ts', '../run/x.ts', '../../../features/help/x.ts', 'ink-text-input'],
  },
  'shells/screen/hooks': {
    allowed: ['../controller.ts', '../../../kit/state/x.ts', '../../../lib/x.ts', 'react', 'ink'],
    forbidden: ['../session/x.ts', '../../../engine/api/types.ts', '../../../engine/buffer/x.ts', 'undici'],
  },
  'shells/screen/run': {
    allowed: ['../controller.ts', '../../../engine/logs/x.ts', '../../features.ts', 'ink'],
    forbidden: ['../../commands/x.ts', 'undici', 'meow', 'node:child_process'],
  },
  '../demo': {
    allowed: ['../source/engine/api/types.ts', 'node:http'],
    forbidden: ['../source/engine/api/client.ts', '../source/engine/logs/x.ts', 'undici'],
  },
};

const importing = (from: string): string => `import {thing} from '${from}';\nthing();\n`;

/** Every way of writing an import that the rules must see. */
const FORMS: Readonly<Record<string, (from: string) => string>> = {
  value: importing,
  type: (from) => `import type {Thing} from '${from}';\nexport type Other = Thing;\n`,
  dynamic: (from) => `await import('${from}');\n`,
  export: (from) => `export {thing} from '${from}';\n`,
};

type Diagnostic = {readonly category: string; readonly severity: string; readonly location: {readonly path: string}};

/** Lints a tree of files under our configuration, in one run, and answers the errors as `path category`. */
async function lint(files: ReadonlyMap<string, string>): Promise<{code: number | null; errors: string[]}> {
  await using tree = await temporaryDirectory();
  for (const each of ['biome.json', 'scripts/lint']) {
    await cp(path.join(root, each), path.join(tree.path, each), {recursive: true});
  }
  for (const [file, text] of files) {
    await mkdir(path.dirname(path.join(tree.path, file)), {recursive: true});
    await writeFile(path.join(tree.path, file), text);
  }
  const biome = path.join(root, 'node_modules/.bin/biome');
  const args = ['lint', '--error-on-warnings', '--reporter=json', '--max-diagnostics=none', '.'];
  const result = await run(biome, args, {cwd: tree.path});
  const report: {diagnostics: Diagnostic[]} = JSON.parse(result.stdout);
  const errors = report.diagnostics.filter(({severity}) => severity === 'error');
  return {code: result.code, errors: errors.map(({location, category}) => `${location.path} ${category}`)};
}

const IMPORTS = 'lint/style/noRestrictedImports';

describe('import rules of the rooms', () => {
  let errors: readonly string[];
  const nameOf = (room: string, kind: string, form: string, index: number): string =>
    path.join('source', room, `${kind}-${form}-${index}.ts`);

  beforeAll(async () => {
    const files = new Map<string, string>();
    for (const [room, {allowed, forbidden}] of Object.entries(ROOMS)) {
      for (const [form, write] of Object.entries(FORMS)) {
        for (const [index, from] of allowed.entries()) files.set(nameOf(room, 'allowed', form, index), write(from));
        for (const [index, from] of forbidden.entries()) files.set(nameOf(room, 'forbidden', form, index), write(from));
      }
    }
    ({errors} = await lint(files));
  });

  test.each(Object.entries(ROOMS))('%s', (room, {allowed, forbidden}) => {
    for (const form of Object.keys(FORMS)) {
      for (const [index, from] of allowed.entries()) {
        expect(errors, `${form} ${from}`).not.toContain(`${nameOf(room, 'allowed', form, index)} ${IMPORTS}`);
      }
      for (const [index, from] of forbidden.entries()) {
        expect(errors, `${form} ${from}`).toContain(`${nameOf(room, 'forbidden', form, index)} ${IMPORTS}`);
      }
    }
  });

  test('every room and every part of one has its row', async () => {
    const source = path.join(root, 'source');
    const entries = await readdir(source, {recursive: true, withFileTypes: true});
    const folders = entries.filter((entry) => entry.isDirectory());
    const all = folders.map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)));
    // One stands for all features; the rooms of a floor have rows.
    const rooms = all.filter((room) => !/^(?:engine|kit|features)$|^features\/(?!why$)/.test(room));
    expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining(rooms));
  });
});

test('some packages are imported by one file', async () => {
  const owners = {
    'lib/clock.ts': 'node:timers/promises',
    'lib/width.ts': 'string-width',
    'engine/opened/unpack.ts': 'node:net',
    'kit/system/deadline.ts': 'node:vm',
    'kit/settings/command-line.ts': 'meow',
    'kit/settings/parse-config.ts': 'toml-eslint-parser',
    'shells/screen/components/prompt-line.tsx': 'ink-text-input',
  };
  const files = Object.entries(owners).flatMap(([file, name]): [string, string][] => [
    [`source/${file}`, importing(name)],
    [`source/${path.dirname(file)}/other.ts`, importing(name)],
  ]);
  const {errors} = await lint(new Map(files));
  const others = Object.keys(owners).map((file) => `source/${path.dirname(file)}/other.ts ${IMPORTS}`);
  expect(errors.toSorted()).toEqual([...new Set(others)].toSorted());
});

/** An import that the room may make in some forms only: as a type, or with `import()`. */
const FORMS_ALLOWED: readonly (readonly [file: string, from: string, forms: readonly string[]])[] = [
  ['source/engine/api/request.ts', 'undici', ['type', 'dynamic']],
  ['source/engine/api/client.ts', 'undici', ['type']],
  ['source/shells/startup/open-server.ts', '../../../demo/server.ts', ['dynamic']],
  ['source/shells/commands/demo.ts', '../../../demo/server.ts', ['dynamic']],
  ['cli.tsx', './demo/server.ts', ['dynamic']],
  ['source/kit/screen/services.ts', '../system/clipboard.ts', ['type']],
  ['source/features/help/help-feature.ts', '../../kit/system/clipboard.ts', ['type']],
  [
    'source/shells/screen/run/screen-services.ts',
    '../../../kit/system/clipboard.ts',
    ['value', 'type', 'dynamic', 'export'],
  ],
];

test('some imports are allowed in some forms only', async () => {
  for (const form of Object.keys(FORMS)) {
    const {errors} = await lint(new Map(FORMS_ALLOWED.map(([file, from]) => [file, FORMS[form]?.(from) ?? ''])));
    const forbidden = FORMS_ALLOWED.filter(([, , forms]) => !forms.includes(form)).map(([file]) => `${file} plugin`);
    expect(errors.filter((error) => error.endsWith(' plugin')).toSorted(), form).toEqual(forbidden.toSorted());
  }
});

test('a forbidden import fails the lint command, an allowed one does not', async () => {
  const good = await lint(new Map([['source/engine/buffer/good.ts', importing('../../lib/store.ts')]]));
  expect(good).toEqual({code: 0, errors: []});
  const bad = await lint(new Map([['source/engine/buffer/bad.ts', importing('../logs/log.ts')]]));
  expect(bad).toEqual({code: 1, errors: [`source/engine/buffer/bad.ts ${IMPORTS}`]});
});

test('text of the server is read at one place', async () => {
  const files = ['engine/api/bad', 'engine/api/server-text', 'engine/disk/good'];
  for (const text of ['parseJson(bytes);\n', 'JSON.parse(text);\n', "new TextDecoder('utf-8').decode(bytes);\n"]) {
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    expect(errors, text).toEqual(['source/engine/api/bad.ts plugin']);
  }
});

test('files are opened at one place of storage', async () => {
  const files = ['engine/disk/bad', 'engine/opened/bad', 'engine/disk/regular-file', 'kit/system/good'];
  const imports = [
    "import {open} from 'node:fs/promises';\nconsole.error(open);\n",
    "import {readFileSync, statSync} from 'node:fs';\nconsole.error(readFileSync, statSync);\n",
  ];
  for (const text of imports) {
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    expect(errors.toSorted(), text).toEqual(['source/engine/disk/bad.ts plugin', 'source/engine/opened/bad.ts plugin']);
  }
  const {code} = await lint(
    new Map([['source/engine/disk/good.ts', "import {stat} from 'node:fs/promises';\nconsole.error(stat);\n"]]),
  );
  expect(code).toBe(0);
});

test('a log has one writer', async () => {
  const files = ['engine/logs/log-sink', 'engine/logs/bad', 'engine/recording/bad', 'shells/screen/bad'];
  const bad = files.slice(1).map((file) => `source/${file}.ts plugin`);
  const writing = [
    "import {WritableLogBuffer} from '../buffer/log-buffer.ts';\nconsole.error(WritableLogBuffer);\n",
    "import {allEntries, type WritableLogBuffer as Other} from '../buffer/log-buffer.ts';\nallEntries();\n",
    "import type {WritableLogBuffer} from '../buffer/log-buffer.ts';\nexport type Other = WritableLogBuffer;\n",
    "import * as all from '../buffer/log-buffer.ts';\nconsole.error(all);\n",
    "export {WritableLogBuffer} from '../buffer/log-buffer.ts';\n",
    "export * from '../buffer/log-buffer.ts';\n",
    "console.error(await import('../buffer/log-buffer.ts'));\n",
  ];
  for (const text of writing) {
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    const ofPlugin = errors.filter((error) => error.endsWith(' plugin'));
    expect(ofPlugin.toSorted(), text).toEqual(bad.toSorted());
  }
  const reading = "import {allEntries, type LogBuffer} from '../buffer/log-buffer.ts';\nallEntries({} as LogBuffer);\n";
  const {errors} = await lint(new Map([['source/engine/logs/good.ts', reading]]));
  expect(errors).toEqual([]);
});

const GLOBALS = 'lint/style/noRestrictedGlobals';

test('only cli.tsx and the tests may touch the process', async () => {
  const text = 'console.error(process.pid);\n';
  const bad = [
    'source/engine/logs/bad.ts',
    'source/lib/clock.ts',
    'source/lib/format.ts',
    'source/lib/random.ts',
    'source/shells/commands/bad.ts',
    'source/shells/screen/components/bad.tsx',
  ];
  const {errors} = await lint(new Map([...bad, 'cli.tsx', 'test/lib/good.test.ts'].map((file) => [file, text])));
  expect(errors.toSorted()).toEqual(bad.map((file) => `${file} ${GLOBALS}`));
});

test('time, dates and randomness have their owners in lib', async () => {
  const uses = {
    Date: 'console.error(Date.now(), new Date(0));\n',
    performance: 'console.error(performance.now());\n',
    setTimeout: 'setTimeout(console.error, 1);\n',
    setInterval: 'setInterval(console.error, 1);\n',
    setImmediate: 'setImmediate(console.error);\n',
    random: 'console.error(Math.random());\n',
  };
  for (const [name, text] of Object.entries(uses)) {
    const owners = {Date: ['clock', 'format'], random: ['random']}[name] ?? ['clock'];
    const files = [
      'lib/clock',
      'lib/format',
      'lib/random',
      'lib/other',
      'kit/system/other',
      'shells/screen/hooks/other',
    ];
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    const rule = name === 'random' ? 'lint/nursery/noJsRestrictedProperties' : GLOBALS;
    const bad = files.filter((file) => !owners.some((owner) => file === `lib/${owner}`));
    expect([...new Set(errors)].toSorted(), name).toEqual(bad.map((file) => `source/${file}.ts ${rule}`).toSorted());
  }
});

test('a source file has at most 450 lines', async () => {
  const text = (lines: number) => 'console.error();\n'.repeat(lines);
  const {errors} = await lint(
    new Map([
      ['source/lib/long.ts', text(451)],
      ['source/lib/short.ts', text(449)],
      ['test/lib/long.test.ts', text(451)],
    ]),
  );
  expect(errors).toEqual(['source/lib/long.ts lint/style/noExcessiveLinesPerFile']);
});
