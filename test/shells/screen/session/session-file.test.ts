import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {SavedSession} from '../../../../source/shells/screen/session/session-data.ts';
import {SessionFile} from '../../../../source/shells/screen/session/session-keeper.ts';
import {readOnlyFolder} from '../../../harness/read-only-folder.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';

const server = 'http://localhost:8080';

const session: SavedSession = {
  savedAt: undefined,
  tabs: [
    {
      name: 'orders',
      id: undefined,
      merges: undefined,
      wrap: 'all',
      asSent: false,
      time: 'local',
      search: 'refused',
      highlights: ['kafka'],
      filters: [
        {text: '!debug', on: true, shape: undefined},
        {text: 'INFO a: step #', on: false, shape: 4_000_000_000},
      ],
      usualLevel: true,
      around: 3,
      fold: true,
      places: {
        marks: [{at: 1_795_800_000_000.001, hash: '0a1b2c3d', line: 0}],
        place: {at: 1, hash: '00000000', line: 2, above: 3, row: 2, below: 1},
      },
    },
  ],
  active: 'orders',
  cursor: undefined,
  focus: 'log',
  listHidden: true,
  histogram: true,
};

/** Programs on one home. */
async function home() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const folder = path.join(directory.path, 'state', 'pipetail');
  const {signal} = new AbortController();
  const start = (options: {server?: string; tenant?: string} = {}) =>
    new SessionFile({folder, server, tenant: 't1', ...options, signal});
  const files = async () => (await readdir(folder)).toSorted();
  return {folder, start, files};
}

async function named(file: SessionFile): Promise<string | undefined> {
  return (await file.read()).session?.cursor;
}

test('what was saved is read at the next start, by this user alone', async () => {
  const {folder, start, files} = await home();
  const first = start();
  expect(await first.read()).toEqual({session: undefined, problem: undefined});
  await first.save(session);
  await first.close();
  const [name = ''] = await files();
  expect(name).toMatch(/^session-[0-9a-f]{16}\.json$/);
  expect(await files()).toEqual([name]);
  expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
  const second = start();
  expect((await second.read()).session).toEqual(session);
  await second.close();
});

test('of two programs the one that saves last wins, and each says that once it saves over the other', async () => {
  const {start} = await home();
  const [first, second] = [start(), start()];
  await first.save({...session, cursor: 'one'});
  expect(await named(second)).toBe('one');
  expect(await second.save({...session, cursor: 'two'})).toBeUndefined();
  const words = 'another pipetail keeps its session on this server: of the two, the one that saves last comes back';
  expect(await first.save({...session, cursor: 'one again'})).toBe(words);
  expect(await second.save({...session, cursor: 'two again'})).toBe(words);
  expect(await second.save({...session, cursor: 'two again'})).toBeUndefined();
  expect(await named(start())).toBe('two again');
});

test('other servers, and other tenants of one, have sessions of their own', async () => {
  const {start, files} = await home();
  for (const options of [{}, {tenant: 't2'}, {server: `${server}/feldera`}]) {
    const file = start(options);
    expect(await named(file)).toBeUndefined();
    await file.save({...session, cursor: JSON.stringify(options)});
    await file.close();
  }
  expect((await files()).length).toBe(3);
  expect(await named(start({tenant: 't2'}))).toBe('{"tenant":"t2"}');
});

test.each([
  ['is cut off', (text: string) => text.slice(0, 40)],
  ['is empty', () => ''],
  ['is of a later version', (text: string) => text.replace('"version":1', '"version":99')],
  ['lacks a field', (text: string) => text.replace('"fold":true,', '')],
  ['has a field of another kind', (text: string) => text.replace('"around":3', '"around":-3')],
])('a file that %s is set aside and named', async (_, damage) => {
  const {folder, start, files} = await home();
  const first = start();
  await first.save(session);
  await first.close();
  const file = path.join(folder, (await files())[0] ?? '');
  const damaged = damage(await readFile(file, 'utf8'));
  await writeFile(file, damaged);
  const second = start();
  const {session: read, problem} = await second.read();
  expect(read).toBeUndefined();
  expect(problem).toContain(`${file}.damaged`);
  expect(await readFile(`${file}.damaged`, 'utf8')).toBe(damaged);
  await second.save(session);
  expect((await second.read()).session).toEqual(session);
});

test('what cannot be written is a problem, and is tried again', async () => {
  const {folder, start, files} = await home();
  const file = start();
  await file.save(session);
  const place = path.join(folder, (await files())[0] ?? '');
  await rm(place);
  await mkdir(place);
  expect(await file.save({...session, cursor: 'y'})).toContain('was not saved: it is a folder');
  await rm(place, {recursive: true});
  expect(await file.save(session)).toBeUndefined();
  expect((await file.read()).session).toEqual(session);
});

test('a folder that may not be written to is called read-only, with the way out', async (context) => {
  await using readOnly = await readOnlyFolder(context);
  const {signal} = new AbortController();
  for (const folder of [readOnly.path, path.join(readOnly.path, 'state', 'pipetail')]) {
    const file = new SessionFile({folder, server, tenant: 't1', signal});
    const words = `${folder} is read-only: sessions are not kept · XDG_STATE_HOME names another folder`;
    expect(await file.save(session)).toBe(words);
  }
});
