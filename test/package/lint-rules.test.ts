import {cp, mkdir, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {beforeAll, describe, expect, test} from 'vitest';
import {root, run} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

/** For each room, imports that must pass and imports that must fail: the table of the rooms, by example. */
const ROOMS: Readonly<Record<string, {readonly allowed: readonly string[]; readonly forbidden: readonly string[]}>> = {
  lib: {
    allowed: ['./other.ts'],
    forbidden: ['../buffer/x.ts', 'node:fs', 'node:timers/promises', 'react'],
  },
  terminal: {
    allowed: ['./other.ts'],
    forbidden: ['../lib/x.ts', '../buffer/x.ts', 'string-width', 'ink'],
  },
  api: {
    allowed: ['./other.ts', '../lib/x.ts', '../terminal/clean.ts', 'undici'],
    forbidden: ['../terminal/sanitise.ts', '../buffer/x.ts', '../logs/x.ts', 'react'],
  },
  buffer: {
    allowed: ['./other.ts', '../lib/x.ts'],
    forbidden: ['../stitch/x.ts', '../logs/x.ts', 'node:fs'],
  },
  stitch: {
    allowed: ['../lib/x.ts', '../buffer/x.ts'],
    forbidden: ['../api/types.ts', '../logs/x.ts', 'node:net'],
  },
  records: {
    allowed: ['../lib/x.ts', '../buffer/x.ts', '../stitch/x.ts'],
    forbidden: ['../terminal/x.ts', '../viewport/x.ts', '../api/types.ts'],
  },
  program: {
    allowed: ['./other.ts', '../lib/x.ts'],
    forbidden: ['../api/types.ts', '../records/x.ts', '../terminal/x.ts', 'node:fs'],
  },
  filters: {
    allowed: ['../lib/x.ts', '../buffer/x.ts', '../records/x.ts'],
    forbidden: ['../logs/x.ts', '../terminal/x.ts', '../api/types.ts'],
  },
  storage: {
    allowed: ['../lib/x.ts', '../buffer/x.ts', '../terminal/clean.ts', 'node:fs/promises'],
    forbidden: ['../terminal/sanitise.ts', '../logs/x.ts', './recording/x.ts', '../api/types.ts', 'node:net'],
  },
  'storage/recording': {
    allowed: ['../save-file.ts', '../../buffer/x.ts', 'node:fs/promises'],
    forbidden: ['../../logs/x.ts', '../../api/types.ts', 'node:net'],
  },
  'storage/opened': {
    allowed: ['../save-file.ts', '../recording/x.ts', '../../terminal/clean.ts', 'node:zlib', 'yauzl'],
    forbidden: ['../../logs/x.ts', '../../stitch/x.ts', '../../terminal/sanitise.ts', '../../api/types.ts', 'node:net'],
  },
  logs: {
    allowed: ['../lib/x.ts', '../api/x.ts', '../buffer/x.ts', '../storage/recording/x.ts', './connection/x.ts'],
    forbidden: [
      './merge/x.ts',
      './feeds/x.ts',
      '../viewport/x.ts',
      '../ui/x.ts',
      '../terminal/x.ts',
      'undici',
      'react',
    ],
  },
  'logs/connection': {
    allowed: ['../../lib/x.ts', '../../api/x.ts', '../../buffer/x.ts'],
    forbidden: ['../x.ts', '../merge/x.ts', '../../stitch/x.ts', '../../storage/x.ts', '../../ui/x.ts', 'undici'],
  },
  'logs/merge': {
    allowed: ['../x.ts', '../../buffer/x.ts', '../../records/x.ts'],
    forbidden: ['../connection/machine.ts', '../../api/x.ts', '../../stitch/x.ts', '../../ui/x.ts', 'undici'],
  },
  'logs/feeds': {
    allowed: ['../x.ts', '../connection/x.ts', '../merge/x.ts', '../../api/types.ts', '../../storage/opened/x.ts'],
    forbidden: ['../../api/client.ts', '../../stitch/x.ts', '../../records/x.ts', '../../ui/x.ts', 'undici'],
  },
  words: {
    allowed: ['../lib/x.ts', '../api/types.ts', '../buffer/markers.ts', '../records/runs.ts', '../terminal/x.ts'],
    forbidden: ['../api/client.ts', '../buffer/x.ts', '../records/x.ts', '../viewport/x.ts', '../ui/x.ts', 'react'],
  },
  viewport: {
    allowed: ['../buffer/x.ts', '../records/x.ts', '../terminal/x.ts', '../words/markers.ts', '../words/guide.ts'],
    forbidden: ['../logs/x.ts', '../words/x.ts', '../ui/x.ts', 'react'],
  },
  events: {
    allowed: ['../lib/x.ts', '../buffer/x.ts', '../records/x.ts', '../logs/x.ts', '../api/types.ts'],
    forbidden: ['../ui/x.ts', '../settings/x.ts', '../logs/merge/x.ts', '../storage/recording/x.ts', 'react'],
  },
  settings: {
    allowed: ['../lib/x.ts', '../api/types.ts'],
    forbidden: ['../api/client.ts', '../ui/x.ts', 'meow', 'toml-eslint-parser'],
  },
  startup: {
    allowed: ['../api/x.ts', '../settings/x.ts', '../../demo/x.ts', 'node:os', 'node:fs/promises'],
    forbidden: ['../commands/x.ts', '../screen/x.ts', '../storage/x.ts', '../words/x.ts', 'node:net', 'undici'],
  },
  system: {
    allowed: ['../lib/x.ts', '../terminal/x.ts', 'node:child_process'],
    forbidden: ['../settings/x.ts', '../storage/x.ts', '../ui/x.ts', '../logs/x.ts', 'node:vm', 'react', 'ink'],
  },
  ui: {
    allowed: ['../logs/x.ts', '../viewport/x.ts', '../settings/x.ts', '../api/types.ts', './state/x.ts'],
    forbidden: [
      '../api/client.ts',
      '../stitch/x.ts',
      '../startup/x.ts',
      '../../demo/x.ts',
      '../commands/x.ts',
      'undici',
    ],
  },
  'ui/keys': {
    allowed: ['./other.ts', '../../settings/x.ts', 'ink'],
    forbidden: ['../x.ts', '../state/x.ts', '../../logs/x.ts', 'react'],
  },
  'ui/state': {
    allowed: ['./other.ts', '../../filters/x.ts', '../../viewport/x.ts'],
    forbidden: ['../x.ts', '../pane/x.ts', '../../logs/x.ts', '../../api/types.ts', 'react', 'ink'],
  },
  'ui/pane': {
    allowed: ['../state/x.ts', '../layout.ts', '../../logs/x.ts'],
    forbidden: ['../controller.ts', '../services.ts', '../handlers/x.ts', '../../storage/x.ts', 'react'],
  },
  'ui/handlers': {
    allowed: ['../controller.ts', '../pane/x.ts', '../../viewport/x.ts', '../../settings/x.ts'],
    forbidden: ['../components/x.ts', '../pages/x.ts', '../../logs/x.ts', '../../startup/x.ts', 'react'],
  },
  'ui/pages': {
    allowed: ['../controller.ts', '../handlers/x.ts', '../../viewport/x.ts'],
    forbidden: ['../hooks/x.ts', '../pane/x.ts', '../../buffer/x.ts', '../../api/client.ts', 'react'],
  },
  'ui/components': {
    allowed: [
      '../hooks/x.ts',
      '../pages/pages.ts',
      '../pages/trouble.ts',
      '../../viewport/x.ts',
      '../../api/types.ts',
      './other.tsx',
      'react',
    ],
    forbidden: [
      '../pages/describe.ts',
      '../handlers/copy.ts',
      '../../api/client.ts',
      '../../stitch/x.ts',
      'ink-text-input',
    ],
  },
  'ui/hooks': {
    allowed: ['../controller.ts', '../state/x.ts', '../../lib/x.ts', 'react', 'ink'],
    forbidden: ['../handlers/x.ts', '../pages/errors.ts', '../../api/types.ts', '../../buffer/x.ts', 'undici'],
  },
  screen: {
    allowed: ['../ui/x.ts', '../logs/x.ts', 'ink'],
    forbidden: ['../stitch/x.ts', '../commands/x.ts', 'undici', 'meow', 'node:child_process'],
  },
  commands: {
    allowed: ['../logs/x.ts', '../../demo/x.ts', '../api/x.ts', './logs/x.ts'],
    forbidden: ['../ui/x.ts', '../ui/keys/x.ts', '../screen/x.ts', 'react', 'ink', 'node:child_process'],
  },
  'commands/logs': {
    allowed: ['../x.ts', '../../logs/x.ts', '../../api/x.ts'],
    forbidden: ['../../ui/x.ts', '../../screen/x.ts', 'react', 'ink', 'node:vm'],
  },
  '../demo': {
    allowed: ['../source/api/types.ts', 'node:http'],
    forbidden: ['../source/api/client.ts', '../source/logs/x.ts', 'undici'],
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
    const rooms = folders.map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)));
    expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining(rooms));
  });
});

test('some packages are imported by one file', async () => {
  const owners = {
    'lib/clock.ts': 'node:timers/promises',
    'terminal/width.ts': 'string-width',
    'storage/opened/read-pipe.ts': 'node:net',
    'system/deadline.ts': 'node:vm',
    'settings/command-line.ts': 'meow',
    'settings/parse-config.ts': 'toml-eslint-parser',
    'ui/components/prompt-line.tsx': 'ink-text-input',
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
  ['source/api/request.ts', 'undici', ['type', 'dynamic']],
  ['source/api/client.ts', 'undici', ['type']],
  ['source/startup/open-server.ts', '../../demo/server.ts', ['dynamic']],
  ['source/commands/demo.ts', '../../demo/server.ts', ['dynamic']],
  ['cli.tsx', './demo/server.ts', ['dynamic']],
  ['source/ui/services.ts', '../system/clipboard.ts', ['type']],
  ['source/ui/pages/help.ts', '../../system/clipboard.ts', ['type']],
  ['source/screen/services.ts', '../system/clipboard.ts', ['value', 'type', 'dynamic', 'export']],
];

test('some imports are allowed in some forms only', async () => {
  for (const form of Object.keys(FORMS)) {
    const {errors} = await lint(new Map(FORMS_ALLOWED.map(([file, from]) => [file, FORMS[form]?.(from) ?? ''])));
    const forbidden = FORMS_ALLOWED.filter(([, , forms]) => !forms.includes(form)).map(([file]) => `${file} plugin`);
    expect(errors.filter((error) => error.endsWith(' plugin')).toSorted(), form).toEqual(forbidden.toSorted());
  }
});

test('a forbidden import fails the lint command, an allowed one does not', async () => {
  const good = await lint(new Map([['source/buffer/good.ts', importing('../lib/store.ts')]]));
  expect(good).toEqual({code: 0, errors: []});
  const bad = await lint(new Map([['source/buffer/bad.ts', importing('../logs/log.ts')]]));
  expect(bad).toEqual({code: 1, errors: [`source/buffer/bad.ts ${IMPORTS}`]});
});

test('text of the server is read at one place', async () => {
  const files = ['api/bad', 'api/server-text', 'storage/good'];
  for (const text of ['parseJson(bytes);\n', 'JSON.parse(text);\n', "new TextDecoder('utf-8').decode(bytes);\n"]) {
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    expect(errors, text).toEqual(['source/api/bad.ts plugin']);
  }
});

test('files are opened at one place of storage', async () => {
  const files = ['storage/bad', 'storage/opened/bad', 'storage/regular-file', 'system/good'];
  const imports = [
    "import {open} from 'node:fs/promises';\nconsole.error(open);\n",
    "import {readFileSync, statSync} from 'node:fs';\nconsole.error(readFileSync, statSync);\n",
  ];
  for (const text of imports) {
    const {errors} = await lint(new Map(files.map((file) => [`source/${file}.ts`, text])));
    expect(errors.toSorted(), text).toEqual(['source/storage/bad.ts plugin', 'source/storage/opened/bad.ts plugin']);
  }
  const {code} = await lint(
    new Map([['source/storage/good.ts', "import {stat} from 'node:fs/promises';\nconsole.error(stat);\n"]]),
  );
  expect(code).toBe(0);
});

test('a log has one writer', async () => {
  const files = ['logs/log-sink', 'logs/bad', 'storage/recording/bad', 'ui/bad'];
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
  const {errors} = await lint(new Map([['source/logs/good.ts', reading]]));
  expect(errors).toEqual([]);
});

const GLOBALS = 'lint/style/noRestrictedGlobals';

test('only cli.tsx and the tests may touch the process', async () => {
  const text = 'console.error(process.pid);\n';
  const bad = [
    'source/commands/bad.ts',
    'source/lib/clock.ts',
    'source/lib/format.ts',
    'source/lib/random.ts',
    'source/logs/bad.ts',
    'source/ui/components/bad.tsx',
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
    const files = ['lib/clock', 'lib/format', 'lib/random', 'lib/other', 'system/other', 'ui/hooks/other'];
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
