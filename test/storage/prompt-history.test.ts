import {execFileSync} from 'node:child_process';
import {chmod, mkdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {PromptHistory, promptHistories, recall, startRecall} from '../../source/storage/prompt-history.ts';
import {readOnlyFolder} from '../harness/read-only-folder.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

async function setUp() {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const file = path.join(folder.path, 'state', 'pipetail', 'history');
  const end = new AbortController();
  const open = async () => {
    const history = new PromptHistory({file, signal: end.signal});
    await history.load();
    return history;
  };
  const write = async (text: string) => {
    await mkdir(path.dirname(file), {recursive: true});
    await writeFile(file, text);
  };
  return {file, end, open, write};
}

async function addAll(history: PromptHistory, ...patterns: string[]): Promise<void> {
  for (const pattern of patterns) history.add(pattern);
  await history.saved();
}

describe('patterns', () => {
  test('are there again after the next start, newest first', async () => {
    const {file, open} = await setUp();
    const history = await open();
    expect(history.entries).toEqual([]);
    await addAll(history, 'one', 'two "quoted"', 'three\nlines\u001b', '  four  ');
    const expected = ['  four  ', 'three\nlines\u001b', 'two "quoted"', 'one'];
    expect(history.entries).toEqual(expected);
    expect((await open()).entries).toEqual(expected);
    expect([history.readProblem(), (await stat(file)).mode & 0o777]).toEqual([undefined, 0o600]);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  });

  test('stand there once: a repeat moves to the front', async () => {
    const {open} = await setUp();
    const history = await open();
    await addAll(history, 'a', 'b', 'a', 'a', 'c');
    expect(history.entries).toEqual(['c', 'a', 'b']);
    expect((await open()).entries).toEqual(['c', 'a', 'b']);
  });

  test('that are empty or far too long are not kept', async () => {
    const {open} = await setUp();
    const history = await open();
    await addAll(history, '', 'x'.repeat(1001), 'x'.repeat(1000));
    expect((await open()).entries).toEqual(['x'.repeat(1000)]);
  });

  test('are the last 200, and the file does not grow for ever', async () => {
    const {file, open} = await setUp();
    const all = Array.from({length: 450}, (_, index) => `pattern ${index}`);
    await addAll(await open(), ...all);
    expect((await open()).entries).toEqual(all.slice(-200).reverse());
    expect((await readFile(file, 'utf8')).split('\n').length).toBe(201);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('added while the file is being read are the newest', async () => {
    const {file, end, open} = await setUp();
    await addAll(await open(), 'old', 'new');
    const history = new PromptHistory({file, signal: end.signal});
    const loading = history.load();
    history.add('old');
    history.add('newest');
    await loading;
    await history.saved();
    expect(history.entries).toEqual(['newest', 'old', 'new']);
    expect((await open()).entries).toEqual(['newest', 'old', 'new']);
  });

  test('of several programs at a time are all there', async () => {
    const {open} = await setUp();
    const histories = await Promise.all(Array.from({length: 5}, open));
    await Promise.all(
      histories.map((history, program) =>
        addAll(history, ...Array.from({length: 30}, (_, index) => `${program}/${index}`)),
      ),
    );
    const entries = (await open()).entries;
    expect(entries.length).toBe(150);
    for (const program of histories.keys()) {
      const own = entries.filter((entry) => entry.startsWith(`${program}/`)).reverse();
      expect(own).toEqual(Array.from({length: 30}, (_, index) => `${program}/${index}`));
    }
  });
});

test('each kind of prompt has a file of its own, for its owner alone', async () => {
  const {file} = await setUp();
  const folder = path.dirname(file);
  const {patterns, filters, files} = promptHistories(folder, new AbortController().signal);
  await Promise.all([addAll(patterns, 'a'), addAll(filters, 'b'), addAll(files, 'c')]);
  const written = ['history', 'history-filters', 'history-files'].map(async (name) => [
    await readFile(path.join(folder, name), 'utf8'),
    (await stat(path.join(folder, name))).mode & 0o777,
  ]);
  expect(await Promise.all(written)).toEqual(['a', 'b', 'c'].map((text) => [`"${text}"\n`, 0o600]));
});

describe('a file that is damaged', () => {
  test('is set aside, what can be read of it is kept, and the problem is returned once', async () => {
    const {file, open, write} = await setUp();
    const damaged = '"one"\n\0\0\0\n{"not": "ours"}\n"two"\n"thr';
    await write(damaged);
    const history = await open();
    expect(history.entries).toEqual(['two', 'one']);
    expect(history.readProblem()).toBe(
      `the history was damaged: what could be read is kept, the file as it was is ${file}.damaged`,
    );
    expect(history.readProblem()).toBeUndefined();
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe(damaged);
    await addAll(history, 'three');
    const again = await open();
    expect([again.entries, again.readProblem()]).toEqual([['three', 'two', 'one'], undefined]);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['a folder', async (file: string) => void (await mkdir(file, {recursive: true}))],
    ['a named pipe', async (file: string) => makePipe(file)],
    ['far too large', async (file: string) => writeIn(file, `"${'x'.repeat(5 << 20)}"\n`)],
  ])('%s: is left alone, and history works until the end', async (_, make) => {
    const {file, open} = await setUp();
    await make(file);
    const history = await open();
    await addAll(history, 'a', 'b');
    expect(history.entries).toEqual(['b', 'a']);
    expect(history.readProblem()).toBe(
      `the history is not kept: ${file} cannot be read (it is not a file of this program)`,
    );
    expect(history.readProblem()).toBeUndefined();
  });

  test('its folder is a file: one problem', async () => {
    const {file, open} = await setUp();
    await writeIn(path.dirname(file), 'a file');
    const history = await open();
    await addAll(history, 'a', 'b');
    expect(history.entries).toEqual(['b', 'a']);
    expect(history.readProblem()).toMatch(/ENOTDIR|not a folder/);
    await addAll(history, 'c');
    expect(history.readProblem()).toBeUndefined();
  });

  test('its folder cannot be made: a problem with the first pattern, not again', async () => {
    const {file, open} = await setUp();
    const history = await open();
    await writeIn(path.dirname(file), 'a file');
    await addAll(history, 'a', 'b');
    expect(history.entries).toEqual(['b', 'a']);
    expect(history.readProblem()).toMatch(/history was not saved: \S/);
    await addAll(history, 'c');
    expect(history.readProblem()).toBeUndefined();
  });

  test('its folder is read-only: one sentence, the same as for the session', async (context) => {
    await using readOnly = await readOnlyFolder(context);
    const history = new PromptHistory({
      file: path.join(readOnly.path, 'history'),
      signal: new AbortController().signal,
    });
    await history.load();
    await addAll(history, 'a');
    expect(history.readProblem()).toBe(
      `${readOnly.path} is read-only: sessions and histories are not kept · XDG_STATE_HOME names another folder`,
    );
  });

  test('not readable', async ({skip}) => {
    skip(process.getuid?.() === 0, 'the superuser may read everything');
    const {file, open, write} = await setUp();
    await write('"a"\n');
    await chmod(file, 0);
    const history = await open();
    await addAll(history, 'b');
    expect(history.readProblem()).toContain('EACCES');
  });
});

test('nothing is written any more once the program ends', async () => {
  const {file, end, open} = await setUp();
  const history = await open();
  end.abort(new Error('the end'));
  await addAll(history, 'a');
  expect([history.entries, history.readProblem()]).toEqual([['a'], undefined]);
  await expect(stat(file)).rejects.toThrow('ENOENT');
});

async function writeIn(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true});
  await writeFile(file, text);
}

async function makePipe(file: string): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true});
  execFileSync('mkfifo', [file]);
}

const entries = ['refused', 'kafka', 'ref', 'retry', 'error'];

/** The texts that stand in the prompt after each of the keys; a dash where a key does nothing. */
function walk(typed: string, keys: readonly (1 | -1)[]): string[] {
  let at = startRecall(typed);
  return keys.map((by) => {
    const next = recall(entries, at, by);
    at = next ?? at;
    return next?.text ?? '-';
  });
}

test('an empty prompt walks through everything, newest first, and back to empty', () => {
  expect(walk('', [1, 1, 1, 1, 1, 1])).toEqual(['refused', 'kafka', 'ref', 'retry', 'error', '-']);
  expect(walk('', [1, 1, -1, -1, -1])).toEqual(['refused', 'kafka', 'refused', '', '-']);
});

test('what was typed chooses what begins with it, and comes back', () => {
  expect(walk('re', [1, 1, 1, 1, -1, -1, -1])).toEqual(['refused', 'ref', 'retry', '-', 'ref', 'refused', 're']);
  expect(walk('x', [1, -1])).toEqual(['-', '-']);
});

test('the typed text itself is not offered', () => {
  expect(walk('ref', [1, 1])).toEqual(['refused', '-']);
});
