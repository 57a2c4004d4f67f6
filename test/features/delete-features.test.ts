import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {API} from 'typescript/unstable/sync';
import {afterAll, expect, test} from 'vitest';
import {root} from '../harness/program.ts';

// A feature is one folder and its line in a list: without both, the rest of the program compiles.

const folder = path.join(root, 'source/features');
/** The lists of features. */
const lists = ['source/shells/features.ts', 'source/shells/commands.ts'].map((file) => path.join(root, file));
/** Those that the shells name: pages after an absence, and the sentences of list and status. */
const named = ['errors', 'why'];

/** The program alone: no tests, which are deleted with their feature. */
const config = path.join(root, 'tsconfig.deleted.json');
const program = JSON.stringify({extends: './tsconfig.json', include: ['cli.tsx', 'demo', 'source']});

/** Texts in place of those on the disk; null: no such file. One compiler reads all copies: what it has parsed stays. */
const overlay = new Map<string, string | null>([[config, program]]);
const api = new API({
  cwd: root,
  fs: {
    readFile: (file) => overlay.get(file),
    fileExists: (file) => (overlay.has(file) ? overlay.get(file) !== null : undefined),
  },
});
afterAll(() => api.close());

const files = readdirSync(path.join(root, 'source'), {recursive: true, encoding: 'utf8'})
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => path.join(root, 'source', file));
const textOf = (file: string) => overlay.get(file) ?? readFileSync(file, 'utf8');

/** What the compiler says of the lists, and of all files that name the folder, once it is deleted. */
function problemsWithout(name: string): readonly string[] {
  const ofFeature = files.filter((file) => file.startsWith(path.join(folder, name, path.sep)));
  for (const file of ofFeature) overlay.set(file, null);
  for (const list of lists) overlay.set(list, withoutLine(readFileSync(list, 'utf8'), name));
  const snapshot = api.updateSnapshot({openProjects: [config], fileChanges: {deleted: ofFeature, changed: lists}});
  try {
    const project = snapshot.getProject(config);
    if (!project) throw new Error('the compiler has no project');
    const others = files.filter((file) => overlay.get(file) !== null && names(textOf(file), file, name));
    return [...new Set([...lists, ...others])].flatMap((file) =>
      project.program.getSemanticDiagnostics(file).map(({text}) => `${path.relative(root, file)}: ${text}`),
    );
  } finally {
    snapshot.dispose();
    for (const file of [...ofFeature, ...lists]) overlay.delete(file);
    api.updateSnapshot({fileChanges: {created: ofFeature, changed: lists}}).dispose();
  }
}

/** From another feature it is beside. */
function names(text: string, file: string, name: string): boolean {
  return text.includes(`features/${name}/`) || (file.startsWith(folder) && text.includes(`'../${name}/`));
}

/** The list without what names the folder, and without the entry of what was imported from there. */
function withoutLine(text: string, name: string): string {
  const [, imported = ''] = new RegExp(`import \\{(\\w+)\\} from '[./]+features/${name}/`).exec(text) ?? [];
  const isOf = (line: string) => line.includes(`features/${name}/`) || line === `  ${imported},`;
  return text
    .split('\n')
    .filter((line) => !isOf(line))
    .join('\n');
}

test.each(readdirSync(folder))('the program compiles without %s', (name) => {
  const problems = problemsWithout(name);
  // One that is needed no more is a feature as the others.
  if (named.includes(name)) expect(problems).not.toEqual([]);
  else expect(problems).toEqual([]);
});

test('each feature has its line', () => {
  const all = lists.map((list) => readFileSync(list, 'utf8')).join('');
  expect(readdirSync(folder).filter((name) => !all.includes(`features/${name}/`))).toEqual([]);
});
