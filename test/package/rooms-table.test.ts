import {readdir, readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {root} from '../harness/program.ts';

type Override = {
  readonly includes: readonly string[];
  readonly linter?: {readonly rules?: {readonly style?: {readonly noRestrictedImports?: Rule}}};
};
type Rule = {readonly options: {readonly patterns: readonly {readonly group: readonly string[]}[]}};

const {overrides} = JSON.parse(await readFile(`${root}/biome.json`, 'utf8')) as {
  readonly overrides: readonly Override[];
};
const page = await readFile(`${root}/docs/architecture.md`, 'utf8');

/** The rows of the page's tables of rooms and of parts: folder below source/ → the text of its last column. */
const rows = new Map(
  [...page.matchAll(/^\| `source\/([a-z/-]+)\/` \|.*\| ([^|]+) \|$/gm)].map(([, folder = '', column = '']) => [
    folder,
    column,
  ]),
);

/** What the linter lets the files of a folder import: a room's row names other rooms, a part's row parts of its room. */
function allowedIn(folder: string): string {
  const rule = overrides.find(({includes}) => includes.some((each) => each.replace(/\*+$/, '') === `source/${folder}/`))
    ?.linter?.rules?.style?.noRestrictedImports;
  const group = rule?.options.patterns[0]?.group ?? [];
  // A rule that lists what may not be imported lets a part import all of its room.
  if (group[0] !== '**')
    return folder.includes('/') ? `files of ${folder.split('/')[0]}` : `all but ${namesIn(group, folder)}`;
  return (
    namesIn(
      group.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)),
      folder,
    ) || 'nothing'
  );
}

/** Packages and modules of Node are not in the table. */
function namesIn(patterns: readonly string[], folder: string): string {
  const [room = '', part] = folder.split('/');
  const paths = patterns
    .filter((pattern) => pattern.startsWith('.'))
    .map((pattern) => new URL(pattern.replace(/\/\*+$/, '/'), `file:///${folder}/`).pathname.slice(1))
    .map((each) => each.replace(/\/$|\.tsx?$/g, ''));
  if (part === undefined) {
    // The parts of a room that is listed go without saying.
    const isOfListed = (each: string) => each.includes('/') && paths.includes(each.slice(0, each.indexOf('/')));
    return paths.filter((each) => each !== room && !each.startsWith(`${room}/`) && !isOfListed(each)).join(', ');
  }
  const siblings = paths.filter((each) => each.startsWith(`${room}/`) && each !== folder);
  const own = paths.includes(room) ? [`files of ${room}`] : [];
  return [...own, ...siblings.map((each) => each.slice(room.length + 1))].join(', ');
}

test.each([...rows])('source/%s/ imports what its row says', (folder, column) => {
  expect(column).toBe(allowedIn(folder));
});

describe('each folder of source/ has a row', async () => {
  const found = await readdir(`${root}/source`, {withFileTypes: true, recursive: true});
  const folders = found.filter((entry) => entry.isDirectory()).map((entry) => `${entry.parentPath}/${entry.name}`);
  test.each(folders.map((folder) => folder.slice(`${root}/source/`.length)))('%s', (folder) => {
    expect(rows.has(folder)).toBe(true);
  });
});
