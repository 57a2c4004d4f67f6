import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {openedPieces} from '../../../source/engine/feeds/opened-log.ts';
import {type BundleFacts, readFacts} from '../../../source/engine/logs/bundle-facts.ts';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {OpenError} from '../../../source/engine/opened/open-error.ts';
import {markerText} from '../../../source/kit/words/marker-words.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {root} from '../../harness/program.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {zipOf} from '../opened/zip-file.ts';

const folder = await temporaryDirectory();
afterAll(() => folder[Symbol.asyncDispose]());

const own = path.join(root, 'test/wire/19-support-bundle.zip');
const real = path.join(root, 'test/wire/31-support-bundle-real.zip');

async function bundleOf(logs: Readonly<Record<string, string>>): Promise<string> {
  const file = path.join(folder.path, 'x.zip');
  await writeFile(file, zipOf(Object.entries(logs).map(([name, content]) => ({name: `${name}/logs.txt`, content}))));
  return file;
}

/** Text of each log that is found, with its markers in words. */
async function logsIn(what: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const found of await findOpened(what)) {
    let text = '';
    for await (const piece of openedPieces(found)) {
      text += 'bytes' in piece ? piece.bytes.toString() : `<${markerText(piece.marker)}>\n`;
    }
    texts.push(text);
  }
  return texts;
}

/** Lines as a pipeline writes them, [from, to). */
function lines(from: number, to: number): string {
  return Array.from({length: to - from}, (_, at) => {
    const time = new Date(Date.UTC(2026, 10, 27, 5, 0, from + at)).toISOString().replace('Z', '000Z');
    return `[orders] ${time}  INFO step:  step ${from + at}\n`;
  }).join('');
}

const freshStart = `[manager] 2026-11-27T04:59:59.000000Z  INFO pipeline_manager::runner::pipeline_logs: Fresh start of pipeline logs pipeline-id="1" pipeline-name="N/A"\n`;
function discarded(count: number): string {
  return `[manager] 2026-11-27T05:59:59.000000Z  WARN pipeline_manager::runner::pipeline_logs: ... ${count} prior log lines were discarded due to buffer constraints and are thus not shown. pipeline-id="1" pipeline-name="N/A"\n`;
}

const [first, second, third] = ['2026-11-27T05-10-00.0Z', '2026-11-27T05-11-30.0Z', '2026-11-27T06-11-30.0Z'];

describe('collections of a bundle', () => {
  test("Feldera's own two, which overlap, are one log", async () => {
    const [text = '', ...others] = await logsIn(own);
    expect(others).toEqual([]);
    expect(text.match(/seq=\d+/g)).toEqual(Array.from({length: 386}, (_, at) => `seq=${at + 1}`));
    expect(text.match(/Fresh start/g)).toHaveLength(1);
    expect(text.match(/<.*>\n/g)).toEqual(['<next collection of the support bundle, 81 s later · 0 entries lost>\n']);
  });

  test('are one log where a later one begins in the middle of the one before', async () => {
    const logs = await logsIn(
      await bundleOf({
        [second]: discarded(5) + lines(4, 20),
        [first]: freshStart + lines(0, 10),
        [third]: discarded(19) + lines(18, 30),
      }),
    );
    const later = (time: string) => `<next collection of the support bundle, ${time} later · 0 entries lost>\n`;
    expect(logs).toEqual([freshStart + lines(0, 10) + later('90 s') + lines(10, 20) + later('60 min') + lines(20, 30)]);
  });

  test('are several logs where nothing overlaps', async () => {
    const logs = await logsIn(
      await bundleOf({
        [first]: freshStart + lines(0, 10),
        [second]: discarded(30) + lines(30, 40),
        [third]: discarded(31) + lines(32, 50),
      }),
    );
    const gone = (count: number) => `<${count} earlier entries no longer held by the server>\n`;
    const later = '<next collection of the support bundle, 60 min later · 0 entries lost>\n';
    expect(logs).toEqual([freshStart + lines(0, 10), gone(30) + lines(30, 40) + later + lines(40, 50)]);
  });

  test('that hold the same are there once', async () => {
    const log = freshStart + lines(0, 10);
    expect(await logsIn(await bundleOf({[first]: log, [second]: log}))).toEqual([
      `${log}<next collection of the support bundle, 90 s later · 0 entries lost>\n`,
    ]);
  });

  test('are read without a last newline, and empty', async () => {
    expect(await logsIn(await bundleOf({[first]: 'one line'}))).toEqual(['one line\n']);
    expect(await logsIn(await bundleOf({[first]: ''}))).toEqual(['']);
    expect(await logsIn(await bundleOf({[first]: '', [second]: freshStart}))).toEqual([freshStart]);
  });

  test('end where the server ended the log', async () => {
    const [text] = await logsIn(await bundleOf({[first]: `${freshStart}Logs have ended\n`}));
    expect(text).toMatch(/^\[manager\] .*\n<\d\d:\d\d:\d\d the log ended>\n$/);
  });
});

describe('a large bundle', () => {
  const many = Object.fromEntries(Array.from({length: 30}, (_, at) => [`${first}${at}`, freshStart + lines(0, 3)]));

  test('tells how far it is while its collections are compared', async () => {
    const told: string[] = [];
    let now = 0;
    const monotonic = () => (now += 500);
    const file = await bundleOf(many);
    await findOpened(file, {progress: {clock: {monotonic}, tell: (line) => told.push(line)}});
    expect(told[0]).toBe('x.zip: 4 of 30 collections are compared');
    expect(told.length).toBeLessThan(10);
  });

  test('can be left at any time', async () => {
    const left = new AbortController();
    const tell = () => left.abort();
    const finding = findOpened(await bundleOf(many), {
      signal: left.signal,
      progress: {clock: {monotonic: () => performance.now() * 1e6}, tell},
    });
    await expect(finding).rejects.toThrow('aborted');
  });

  test('is read up to what is no log', async () => {
    const file = await bundleOf({[first]: freshStart + lines(0, 3), [second]: 'binary\0', [third]: lines(0, 3)});
    const found = await findOpened(file);
    expect(found).toHaveLength(1);
    let text = '';
    const read = async () => {
      for (const each of found) for await (const piece of openedPieces(each)) if ('bytes' in piece) text += piece.bytes;
    };
    await expect(read()).rejects.toThrow(`what is in ${second}/logs.txt of ${file} is a binary file, not a log`);
    expect(text).toBe(freshStart + lines(0, 3));
  });
});

describe('the facts of a bundle', () => {
  async function factsOf(found: FoundLog | undefined): Promise<BundleFacts> {
    const facts = found && (await readFacts(found, {clock: systemClock}));
    if (!facts) throw new Error('it is no bundle');
    return facts;
  }

  test('are those of its newest collection, and the events of all', async () => {
    const [found] = await findOpened(own);
    const facts = await factsOf(found);
    expect(facts.pipeline).toMatchObject({name: 'c2', platformVersion: '0.337.0', programStatus: 'Success'});
    expect(facts.configuration).toContain('\n  "runtime_config": {\n');
    expect(facts.known.stats?.state).toBe('Running');
    expect(facts.known.at).toBe(Date.UTC(2026, 10, 27, 5, 54, 23, 307));
    expect(facts.known.buffered.map(({records}) => records)).toEqual([3, 3]);
    const times = facts.history.events.map(({time}) => time);
    expect(times[0]).toBe('2026-11-27T05:51:11.289658Z');
    expect(times).toEqual(times.toSorted().reverse());
    expect(new Set(facts.history.events.map(({id}) => id)).size).toBe(times.length);
  });

  test('have the errors of the connectors, as the statistics of a server have', async () => {
    const [found] = await findOpened(real);
    const {known, history} = await factsOf(found);
    const errors = known.stats?.connectors.flatMap((connector) =>
      connector.errors.flatMap(({retained = []}) => retained),
    );
    expect(errors?.length).toBeGreaterThan(0);
    expect(history.events.length).toBeGreaterThan(0);
  });

  test('have a sentence in place of a configuration that no page can show', async () => {
    const file = path.join(folder.path, 'x.zip');
    const configuration = JSON.stringify({name: 'orders', program_code: 'x'.repeat(2 * 1024 * 1024)});
    await writeFile(
      file,
      zipOf([
        {name: `${first}/logs.txt`, content: 'a line\n'},
        {name: `${first}/pipeline_config.json`, content: configuration},
      ]),
    );
    const [found] = await findOpened(file);
    // Too large to be read for nothing but the name, which `metadata.json` has in a whole bundle.
    expect(found?.name).toBe('x.zip');
    const facts = await factsOf(found);
    expect(facts.configuration).toBe(
      'It has 2.1 MB, too much for this page: it is in pipeline_config.json of the bundle.',
    );
  });

  test('are few where files are missing or are no JSON', async () => {
    const file = path.join(folder.path, 'x.zip');
    await writeFile(
      file,
      zipOf([
        {name: `${first}/logs.txt`, content: 'a line\n'},
        {name: `${first}/stats.json`, content: '{'},
        {name: `${first}/pipeline_events.json`, content: '{"a": 1}'},
        {name: `${first}/pipeline_config.json`, content: `{"name": "x", "a": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`},
      ]),
    );
    const [found] = await findOpened(file);
    const facts = await factsOf(found);
    expect(facts).toMatchObject({pipeline: undefined, configuration: undefined});
    expect(facts.history).toEqual({events: [], details: new Map(), stats: undefined, missing: []});
  });
});

test('a bundle with any damage is read, or refused in one line', async () => {
  const whole = await readFile(own);
  const file = path.join(folder.path, 'damaged.zip');
  const damages = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {minLength: 1, maxLength: 40});
  await fc.assert(
    fc.asyncProperty(damages, async (bytes) => {
      const damaged = Buffer.from(whole);
      for (const [at, byte] of bytes) damaged[at] = byte;
      await writeFile(file, damaged);
      try {
        for (const found of await findOpened(file)) {
          for await (const piece of openedPieces(found)) expect(piece).toBeDefined();
          await readFacts(found, {clock: systemClock});
        }
      } catch (error) {
        expect(error).toBeInstanceOf(OpenError);
        expect(String(error)).not.toContain('\n');
      }
    }),
    {numRuns: 25},
  );
});
