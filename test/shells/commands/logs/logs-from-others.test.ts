import {readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {notRecognised} from '../../../../source/engine/records/log-format.ts';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {runLogsFrom} from '../../../../source/shells/commands/logs/logs-from.ts';
import {conversionOf, recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {root} from '../../../harness/program.ts';
import {readRequest} from '../../../harness/read-settings.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {SlowStream} from '../slow-stream.ts';

/** Prints a text as `pipetail logs --from` does: of a file, or of stdin in these pieces. */
async function print(text: string | readonly string[], ...args: readonly string[]) {
  await using home = await temporaryDirectory();
  const isPipe = typeof text !== 'string';
  const file = isPipe ? '-' : path.join(home.path, 'web.log');
  if (!isPipe) await writeFile(file, text);
  const request = readRequest<LogsRequest>(['logs', ...args, '--from', file]);
  const stream = new SlowStream();
  await stream.takeAll();
  const notes: string[] = [];
  const convert = conversionOf(request);
  const code = await runLogsFrom({
    ...request,
    from: [file],
    clock: new FakeClock(),
    convert,
    recordsOf: recordPrinters(request, 0, convert),
    output: new LineOutput(stream),
    note: (line) => notes.push(line),
    signal: new AbortController().signal,
    ...(isPipe && {stdin: text.map((each) => Buffer.from(each))}),
  });
  return {code, notes, text: stream.text};
}

const java = [
  '2026-11-25 09:08:46,372 INFO [main] org.acme.Db: started',
  '2026-11-25 09:08:47,372 ERROR [main] org.acme.Db: broken code=7',
  'java.io.IOException: no route',
  '    at org.acme.Db.get(Db.java:7)',
  'Caused by: java.net.ConnectException: refused',
  '2026-11-25 09:08:48,372 INFO [main] org.acme.Db: again',
];

describe('a log of another logger', () => {
  const text = `${java.join('\n')}\n`;

  test('is printed byte by byte', async () => {
    expect(await print(text, '-o', 'raw')).toEqual({code: 0, notes: [], text});
  });

  test('is selected by level, each record with all its lines', async () => {
    expect(await print(text, '--level', 'warn')).toEqual({
      code: 0,
      notes: [],
      text: `${java.slice(1, 5).join('\n')}\n`,
    });
  });

  test('is selected by time, and has one in front of each line', async () => {
    const {text: printed} = await print(text, '--since', '2026-11-25 09:08:48', '--timestamps');
    expect(printed).toBe(`2026-11-25T09:08:48.372Z ${java[5]}\n`);
  });

  test('is JSON with time, level and message', async () => {
    const {text: printed} = await print(text, '--level', 'warn', '-o', 'json');
    expect(JSON.parse(printed)).toEqual({
      pipeline: 'web.log',
      time: '2026-11-25T09:08:47.372Z',
      level: 'ERROR',
      target: null,
      message: `[main] org.acme.Db: broken\n${java.slice(2, 5).join('\n')}`,
      fields: {code: '7'},
    });
  });

  test('has what its JSON has, and no level where that has none', async () => {
    const line = '{"ts":1764061727.5,"logger":"app.db","msg":"slow\\nquery","ms":12}';
    const {text: printed} = await print(`${line}\n`, '-o', 'json');
    expect(JSON.parse(printed)).toEqual({
      pipeline: 'web.log',
      time: '2025-11-25T09:08:47.5Z',
      level: null,
      target: 'app.db',
      message: 'slow\nquery',
      fields: {ms: '12'},
    });
  });

  test('is read as it comes through a pipe, also without a newline at its end', async () => {
    const line = 'time=2026-11-25T09:08:47Z level=error msg=broken';
    expect(await print(['starting\n', line.slice(0, 30), line.slice(30)], '--level', 'warn')).toMatchObject({
      code: 0,
      text: `${line}\n`,
    });
  });
});

describe('the output of docker compose', () => {
  const text = readFileSync(path.join(root, 'test/corpora/containers/compose.log'), 'utf8');
  const lines = text.split('\n').slice(0, -1);

  test('is selected by level: each container keeps the lines of its records', async () => {
    expect(await print(text, '-o', 'raw', '--color', 'always')).toEqual({code: 0, notes: [], text});
    const errors = [2, 3, 4, 5, 6, 7, 8, 9, 11].map((id) => `${lines[id]}\n`).join('');
    const {text: printed} = await print(text, '--level', 'warn', '--color', 'always');
    expect(printed).toBe(errors);
  });

  test('is JSON with the name of the container, and without its prefix', async () => {
    const {text: printed} = await print(text, '--level', 'warn', '-o', 'json');
    expect(
      printed
        .split('\n')
        .slice(0, 3)
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      {
        level: 'ERROR',
        container: 'pipeline-manager-1',
        target: 'pipeline_manager::db',
        message: 'cannot connect to the database',
      },
      {level: 'ERROR', container: 'kafka-1', message: 'Error while loading log dir (kafka.server.LogManager)'},
      {level: 'ERROR', continues: true, message: 'Caused by:'},
    ]);
  });
});

test('a log whose lines have no times is refused as before', async () => {
  const {code, notes} = await print('hello\nworld\n', '--level', 'warn');
  expect([code, notes]).toEqual([2, [`pipetail: web.log: ${notRecognised}`]]);
});
