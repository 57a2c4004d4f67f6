import {appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {runLogsFrom} from '../../../../source/shells/commands/logs/logs-from.ts';
import {conversionOf, recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {type Recorded, writeRecording} from '../../../engine/recording/recording-files.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {readRequest} from '../../../harness/read-settings.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {SlowStream} from '../slow-stream.ts';

const at = Date.UTC(2026, 10, 25, 12, 0, 0);
const time = (second: number) => new Date(at + second * 1000).toISOString();
const head = (second: number, level: string, message: string) =>
  `[p] ${time(second)} ${level.padStart(5)} dbsp::a: ${message}\n`;
const json = (second: number, level: string, message: string) =>
  `${JSON.stringify({timestamp: time(second), level, fields: {message, step: second}, target: 'dbsp::b'})}\n`;
const reconnected = {kind: 'reconnected', cause: 'server-lost', downMs: 1500, times: 1, since: at} as const;
const lost = {kind: 'lost', atLeast: 2, atMost: 5, from: at, to: at + 1000} as const;

/** Everything that a recording can hold; the last line has not ended. */
const first: readonly Recorded[] = [
  {kind: 'discarded', entries: 7},
  'a program said this\n',
  head(1, 'INFO', 'started'),
  `[p] \u001b[2m${time(2)}\u001b[0m \u001b[31mERROR\u001b[0m dbsp::a: could not connect größe\n    refused by peer\n`,
  reconnected,
  '    after 3 tries\n',
  head(3, 'WARN', 'late'),
  'next file',
  json(4, 'ERROR', 'late in JSON'),
  lost,
  '    of a record that is missing\r\n',
  '\n',
  head(5, 'INFO', 'a line that is c'),
  {kind: 'line-cut'},
  {kind: 'new-life', because: 'restarted'},
  head(6, 'INFO', 'started again'),
  {kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory'},
  head(7, 'ERROR', 'stopped\u0007 bell'),
  {kind: 'ended', because: 'stopped'},
  `[p] ${time(8)}  INFO dbsp::a: has no e`,
];
const second: readonly Recorded[] = [
  head(20, 'INFO', 'another pipeline of the name'),
  'next file',
  head(21, 'ERROR', 'it fails'),
  'next file',
  '    with a second line\n',
  head(22, 'INFO', 'it ends'),
];

const recordings: Readonly<Record<string, (directory: string) => void>> = {
  whole(directory) {
    writeRecording(directory, {id: 'id-1', at, pieces: first});
    writeRecording(directory, {id: 'id-2', at: at + 1, pieces: second});
  },
  'a packed file is gone, another is damaged, the facts are torn'(directory) {
    const one = writeRecording(directory, {id: 'id-1', at, pieces: first});
    const two = writeRecording(directory, {id: 'id-2', at: at + 1, pieces: second});
    rmSync(path.join(one, '000001.log.zst'));
    writeFileSync(path.join(two, '000002.log.zst'), 'not compressed');
    appendFileSync(path.join(two, 'facts.jsonl'), '{"kind":"marker","number":9,');
  },
  'the first file was deleted to make room, the log is shorter than its facts say'(directory) {
    const two = writeRecording(directory, {id: 'id-2', at: at + 1, pieces: second});
    rmSync(path.join(two, '000001.log.zst'));
    truncateSync(path.join(two, '000003.log'), 50);
  },
  'only markers'(directory) {
    writeRecording(directory, {id: 'id-1', at, pieces: [{kind: 'discarded', entries: 1}, reconnected]});
  },
};

const forms: readonly (readonly string[])[] = [
  ['p'],
  ['p', '--color', 'never'],
  ['p', 'other'],
  ['p', '-t'],
  ['p', 'other', '-t'],
  ['p', '-o', 'json'],
  ['p', '--since', '2026-11-25 12:00:03'],
  ['p', '--tail', '3'],
  ['p', '--tail', '0'],
  ['p', '--grep', 'refused'],
  ['p', '--exclude', 'INFO', '-o', 'json'],
  ['p', '--level', 'error', '--tail', '2'],
  ['p', '--exit-on', 'refused'],
  ['p', '--exit-on', 'it fails', '--tail', '2'],
];

/** What a terminal would show of stdout and stderr: notes are in `<…>`, failures in `<! …>`. */
async function shown(directory: string, args: readonly string[]): Promise<string> {
  const request = readRequest<LogsRequest>(['logs', ...args, '--from', directory]);
  const stream = new SlowStream();
  await stream.takeAll();
  const code = await runLogsFrom({
    ...request,
    from: [directory],
    clock: new FakeClock(),
    convert: conversionOf(request),
    recordsOf: recordPrinters(request, at, conversionOf(request)),
    output: new LineOutput(stream),
    note: (line, kind) => stream.taken.push(`<${kind ? '! ' : ''}${line.replace(directory, 'DIR')}>\n`),
    signal: new AbortController().signal,
  });
  const text = stream.text.replaceAll(/(?!\n)\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
  return `$ logs ${args.join(' ')}\n${text}${text.endsWith('\n') ? '' : '⏎\n'}= ${code}\n`;
}

describe('what is printed of a recording, in every form', () => {
  test.each(Object.entries(recordings))('%s', async (name, write) => {
    await using home = await temporaryDirectory();
    write(home.path);
    const printed: string[] = [];
    for (const args of forms) printed.push(await shown(home.path, args));
    await expect(printed.join('\n')).toMatchFileSnapshot(`./forms/${name.replaceAll(/\W+/g, '-').slice(0, 40)}.txt`);
  });
});

test('markers that somebody changed are said, in every form', async () => {
  await using home = await temporaryDirectory();
  const folder = writeRecording(home.path, {id: 'id-1', at, pieces: first});
  const facts = path.join(folder, 'facts.jsonl');
  const wrong = JSON.stringify({since: {}, from: 'x', to: 1e300, at: 1e300, entries: null, because: 7});
  const text = readFileSync(facts, 'utf8').replaceAll(/"marker":(\{[^}]*)\}/g, `"marker":$1,${wrong.slice(1)}`);
  writeFileSync(facts, text);
  const markers = first.filter((piece) => typeof piece !== 'string').length;
  for (const args of [['p'], ['p', '-t'], ['p', '-o', 'json']]) {
    const printed = await shown(home.path, args);
    expect(printed).toMatch(/= 1\n$/);
    const notes = printed.match(/<! pipetail: p: what happened here could not be read: the recording is damaged>/g);
    expect(notes, printed).toHaveLength(markers);
  }
});

test('--exit-on says which errors it could not match, by connector and tag', async () => {
  await using home = await temporaryDirectory();
  const error = (second: number, connector: string) =>
    head(second, 'ERROR', `parse error on input endpoint '${connector}': missing field`);
  const limiter = (second: number, count: number, name: string) =>
    head(second, 'INFO', `Suppressed ${count} '${name}' errors in the last 6.00s (most recently, 0.00s ago) due to`);
  const pieces = [
    ...[error(1, 'a.in'), limiter(7, 800, 'a.in-text_event_err'), error(7, 'a.in')],
    ...[limiter(8, 12, 'a.in-text_envelope_err'), error(8, 'a.in'), error(9, 'b-2.in')],
    head(10, 'ERROR', 'FAIL: refused (after 2ms in state CONNECT, 30 identical error(s) suppressed)'),
  ];
  writeRecording(home.path, {id: 'id-1', at, pieces});
  const said =
    '<pipetail: p: 5 connector errors +842 suppressed, which --exit-on cannot match: ' +
    "a.in 3 +812 (text_event_err, text_envelope_err) · Kafka's client 1 +30 · b-2.in 1>";
  const lines = async (...args: string[]) => (await shown(home.path, ['p', ...args])).split('\n');
  expect(await lines('--exit-on', 'not there')).toContain(said);
  expect(await lines('--exit-on', 'b-2')).toContain(said);
  expect((await lines()).join('\n')).not.toContain('<');
});
