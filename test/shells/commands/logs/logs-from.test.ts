import {rmSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {notRecognised} from '../../../../source/engine/records/log-format.ts';
import {type FaultKind, LineOutput} from '../../../../source/kit/system/line-output.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {runLogsFrom} from '../../../../source/shells/commands/logs/logs-from.ts';
import {recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {written} from '../../../engine/logs/recorded-history.ts';
import {RecordedLife} from '../../../engine/logs/recorded-life.ts';
import {zipOf} from '../../../engine/opened/zip-file.ts';
import {ServerModel} from '../../../engine/stitch/ring-model.ts';
import {eventually} from '../../../harness/eventually.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {root} from '../../../harness/program.ts';
import {readRequest} from '../../../harness/read-settings.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {SlowStream} from '../slow-stream.ts';

/** Most tests are not about the lines' format. */
async function print(directory: string, more: Partial<Parameters<typeof runLogsFrom>[0]> = {}) {
  const stream = new SlowStream();
  await stream.takeAll();
  const notes: string[] = [];
  const code = await runLogsFrom({
    from: [directory],
    names: ['p'],
    clock: new FakeClock(),
    output: new LineOutput(stream),
    note: (line) => line.endsWith(notRecognised) || notes.push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return {code, notes, text: stream.text};
}

/** Records a log that is cut within a line, cleared, and continues in several files. */
async function record(directory: string): Promise<{expected: string; life: RecordedLife}> {
  const clock = new FakeClock();
  const server = new ServerModel({bytes: 1e6, entries: 1e6});
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid: 1, limits: {fileBytes: 3_000}});
  await life.recording.start('id-1');
  life.connect();
  server.write('\u001b[31mred\u001b[0m größe');
  const first = server.connect().body;
  life.receive(first.subarray(0, first.length - 4));
  await written(life, clock);
  life.cut();
  server.restart('silent');
  life.connect();
  const follower = server.connect();
  let received = 0;
  for (let n = 0; n < 10; n++) {
    server.write(`${server.now()} ${'x'.repeat(1000)}`);
    life.receive(follower.body.subarray(received));
    received = follower.body.length;
    await written(life, clock);
  }
  return {expected: `${first.subarray(0, first.length - 4)}\n${server.epoch.wire}`, life};
}

test('a recording is printed byte by byte, markers apart; also while it is written', async () => {
  await using home = await temporaryDirectory();
  const {expected, life} = await record(home.path);
  const notes = [
    'pipetail: p: the last line printed was cut: its rest is lost',
    "pipetail: p: runner restarted · server's log cleared · lines may be missing",
  ];
  expect(await print(home.path)).toEqual({code: 0, notes, text: expected});
  await life.close();
  expect(await print(home.path)).toEqual({code: 0, notes, text: expected});
});

test('a folder that is not there', async () => {
  await using home = await temporaryDirectory();
  const directory = path.join(home.path, 'none');
  expect(await print(directory)).toEqual({
    code: 1,
    notes: [`pipetail: p: no recording of it in ${directory}`],
    text: '',
  });
});

test('why it fails is noted as a failure', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'file');
  await writeFile(file, '');
  const noted: string[] = [];
  const note = (line: string, kind?: FaultKind) => noted.push(`${kind}: ${line}`);
  expect(await print(path.join(home.path, 'none'), {note})).toMatchObject({code: 1});
  expect(await print(file, {note})).toMatchObject({code: 1});
  expect(noted).toEqual([
    expect.stringMatching(/^failure: pipetail: p: no recording of it in /),
    expect.stringMatching(/^failure: pipetail: p: no log of it in /),
  ]);
});

async function recordOnce(directory: string, clock: FakeClock, id: string, bytes: string): Promise<void> {
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid: 1});
  await life.recording.start(id);
  life.connect();
  life.receive(Buffer.from(bytes));
  await written(life, clock);
  await life.close();
  await clock.advance(1000);
}

test('a recording that is deleted while the one before it is printed is missing, and nothing else', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  for (const id of ['id-1', 'id-2', 'id-3']) await recordOnce(home.path, clock, id, `${id}\n`);
  const notes: string[] = [];
  const note = (line: string) => {
    notes.push(line);
    if (line.includes('(p--id-2)')) rmSync(path.join(home.path, 'p--id-2'), {recursive: true});
  };
  expect(await print(home.path, {note})).toMatchObject({code: 0, text: 'id-1\nid-3\n'});
  expect(notes[1]).toBe('pipetail: p: a recording was deleted');
});

/** stdout and stderr of what is not a recording. */
async function printFrom(from: readonly string[], more: Partial<Parameters<typeof runLogsFrom>[0]> = {}) {
  const {code, text, notes} = await print('', {from, names: [], ...more});
  return {code, text, notes};
}

test('what is left out of a bundle is said, also where its log is named', async () => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'x.zip');
  const entries = ['one\n', 'two\n'].map((content) => ({name: 'a/logs.txt', content}));
  await writeFile(file, zipOf(entries));
  for (const names of [[], ['x.zip']]) {
    const {text, notes} = await printFrom([file], {names});
    expect([text, notes]).toEqual(['two\n', [`pipetail: ${file} has 2 files a/logs.txt: the last one is read`]]);
  }
});

describe('what is not a recording', () => {
  test('a file is printed byte by byte, compressed or not', async () => {
    await using home = await temporaryDirectory();
    const [plain, packed] = [path.join(home.path, 'x.log'), path.join(home.path, 'x.gz')];
    await writeFile(plain, 'one\r\n\u001b[31mtwo');
    await writeFile(packed, gzipSync('one\r\n\u001b[31mtwo'));
    const printed = {code: 0, text: 'one\r\n\u001b[31mtwo', notes: []};
    expect(await printFrom([plain])).toEqual(printed);
    expect(await printFrom([packed])).toEqual(printed);
  });

  test('several have their names in front', async () => {
    await using home = await temporaryDirectory();
    for (const [name, text] of Object.entries({'a.log': 'one\n', 'b.txt': 'other\n'})) {
      await writeFile(path.join(home.path, name), text);
    }
    expect((await printFrom([home.path])).text).toBe('a.log | one\nb.txt | other\n');
    expect((await print(home.path, {names: ['a']})).text).toBe('one\n');
  });

  test("Feldera's support bundle", async () => {
    const {code, text, notes} = await printFrom([path.join(root, 'test/wire/19-support-bundle.zip')]);
    expect({code, notes}).toEqual({
      code: 0,
      notes: ['pipetail: c2: next collection of the support bundle, 81 s later · 0 entries lost'],
    });
    expect(text.match(/seq=\d+/g)).toHaveLength(386);
  });

  test('stdin, of which the last record is printed when nothing comes', async () => {
    const clock = new FakeClock();
    const stdin = new PassThrough();
    const stream = new SlowStream();
    await stream.takeAll();
    const request = readRequest<LogsRequest>(['logs', '--from', '-', '--grep', 'o']);
    const recordsOf = recordPrinters(request, 0);
    const printing = printFrom(['-'], {stdin, clock, recordsOf, output: new LineOutput(stream)});
    stdin.write('one\ntwo\n');
    const isPrinted = async () => {
      await clock.advance(500);
      return stream.text === 'one\ntwo\n';
    };
    await eventually(isPrinted, () => stream.text);
    stdin.end('three\nfour');
    expect(await printing).toMatchObject({code: 0});
    expect(stream.text).toBe('one\ntwo\nfour\n');
  });

  test('stdin, whose writer is silent after the record that ends it', async () => {
    const clock = new FakeClock();
    const stdin = new PassThrough();
    const stream = new SlowStream();
    await stream.takeAll();
    const request = readRequest<LogsRequest>(['logs', '--from', '-', '--exit-on', 'ready']);
    const recordsOf = recordPrinters(request, 0);
    let code: number | undefined;
    const printing = printFrom(['-'], {stdin, clock, recordsOf, output: new LineOutput(stream)}).then((ended) => {
      ({code} = ended);
    });
    stdin.write('starting\nready\n');
    const isOver = async () => {
      await clock.advance(500);
      return code !== undefined;
    };
    await eventually(isOver, () => stream.text);
    await printing;
    expect(code).toBe(0);
    expect(stream.text).toBe('starting\nready\n');
  });

  test('a time after all that is in them is told, once', async () => {
    await using home = await temporaryDirectory();
    const at = (time: string) => `[p] 2026-11-25T${time}Z  INFO p: line\n`;
    const files = ['a.log', 'b.log', 'none.log'].map((name) => path.join(home.path, name));
    const texts = [at('09:17:30'), at('12:03:00'), ''];
    for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '');
    const now = Date.parse('2026-11-28T03:30:00Z');
    const since = (time: string, from: readonly string[]) => {
      const request = readRequest<LogsRequest>(['logs', '--from', ...from, '--since', time]);
      return printFrom(from, {recordsOf: recordPrinters(request, now)});
    };
    const none = 'pipetail: nothing since 2026-11-28 03:20:00 UTC';
    const notes = [`${none}: the last record is of 2026-11-25 12:03:00 UTC`];
    expect(await since('10m', files)).toEqual({code: 0, text: '', notes});
    expect(await since('10m', files.slice(2))).toMatchObject({notes: [`${none}: no record has a time`]});
    expect(await since('2026-11-25 12:00', files)).toEqual({code: 0, text: `b.log    | ${texts[1]}`, notes: []});
  });

  describe('whose lines have no times and levels that are read', () => {
    const nginx = '10.0.0.1 - - [25/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 500 ERROR\n';
    const printed = async (args: readonly string[], text = nginx) => {
      await using home = await temporaryDirectory();
      const file = path.join(home.path, 'access.log');
      await writeFile(file, text);
      const notes: (readonly [string, FaultKind | undefined])[] = [];
      const request = readRequest<LogsRequest>(['logs', '--from', file, ...args]);
      const recordsOf = recordPrinters(request, 0);
      const {notes: _, ...rest} = await printFrom([file], {recordsOf, note: (line, kind) => notes.push([line, kind])});
      return {...rest, notes};
    };
    const words = `pipetail: access.log: ${notRecognised}`;

    test.each([[[]], [['--grep', 'get']], [['--tail', '1']]])(
      'are printed with %j, and that is said once',
      async (args) => {
        expect(await printed(args)).toEqual({code: 0, text: nginx, notes: [[words, undefined]]});
      },
    );

    test.each([
      [['--level', 'error']],
      [['--since', '10m']],
      [['--until', '2030-01-01 00:00']],
      [['--grep', 'get', '--level', 'info']],
    ])('are refused with %j: exit 2', async (args) => {
      expect(await printed(args)).toEqual({code: 2, text: '', notes: [[words, 'misuse']]});
    });

    test('are the beginning of one that has them', async () => {
      const text = `${nginx}[p] 2026-11-25T12:00:00.000000Z ERROR dbsp: broken\n`;
      expect(await printed(['--level', 'error'], text)).toMatchObject({code: 0, notes: []});
    });
  });

  test('a line and a record that are larger than the buffer are printed whole', async () => {
    await using home = await temporaryDirectory();
    const file = path.join(home.path, 'x.log');
    const long = (byte: string) => `[p] 2026-11-25T12:00:00.000000Z ERROR dbsp: ${byte.repeat(2_500_000)}\n`;
    const record = `[p] 2026-11-25T12:00:01.000000Z ERROR dbsp: many\n${'    a line of it\n'.repeat(60_000)}`;
    const text = long('a') + long('b') + record;
    await writeFile(file, text);
    const request = readRequest<LogsRequest>(['logs', '--from', file, '--level', 'warn']);
    const found = await printFrom([file], {recordsOf: recordPrinters(request, 0), maxBytes: 1_000_000});
    expect(found).toMatchObject({code: 0, notes: []});
    // Where a line is broken there is a newline.
    expect(found.text.replaceAll('\n', '')).toBe(text.replaceAll('\n', ''));
  });

  test('many equal notes in a row are counted', async () => {
    await using home = await temporaryDirectory();
    const marker = (number: number) => ({kind: 'marker', number, offset: 0, line: 0, marker: {kind: 'unknown'}});
    const facts = [
      {kind: 'begin', version: 2, name: 'p', id: 'x', at: 0},
      {kind: 'file', file: 1, offset: 0, line: 0, at: 0},
    ];
    const index = [...facts, ...Array.from({length: 2000}, (_, number) => marker(number))];
    const folder = path.join(home.path, 'p--x');
    await mkdir(folder);
    await writeFile(path.join(folder, 'facts.jsonl'), index.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
    await writeFile(path.join(folder, '000001.log'), 'a line\n');
    const words = 'pipetail: p: what happened here could not be read: the recording is damaged';
    expect(await print(home.path)).toEqual({
      code: 1,
      text: 'a line\n',
      notes: [...Array.from({length: 10}, () => words), `${words} · 1,990 more times`],
    });
  });

  test('what is cut is printed up to there, and the others after it', async () => {
    await using home = await temporaryDirectory();
    const [cut, whole] = [path.join(home.path, 'a.log.gz'), path.join(home.path, 'b.log')];
    await writeFile(cut, gzipSync('line\n'.repeat(1000)).subarray(0, -9));
    await writeFile(whole, 'whole\n');
    const {code, text, notes} = await printFrom([cut, whole]);
    expect(notes).toEqual(['pipetail: a.log.gz ends here, too early: it was cut, or is still being written']);
    expect({code, text}).toEqual({code: 1, text: `${'a.log.gz | line\n'.repeat(1000)}b.log    | whole\n`});
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('what is damaged in the middle is exit 1, with or without records: %s', async (_, pack) => {
    await using home = await temporaryDirectory();
    const file = path.join(home.path, 'a.log');
    const text = Array.from({length: 50_000}, (_each, line) => `line ${line} of ${(line * 7919) % 65_537}\n`).join('');
    const packed = pack(text);
    packed.fill(0xff, packed.length / 2, packed.length / 2 + 100);
    await writeFile(file, packed);
    for (const args of [[], ['--tail', '5']]) {
      const noted: string[] = [];
      const request = readRequest<LogsRequest>(['logs', '--from', file, ...args]);
      const recordsOf = recordPrinters(request, 0);
      const note = (line: string, kind?: FaultKind) => void (kind && noted.push(`${kind}: ${line}`));
      expect(await printFrom([file], {recordsOf, note})).toMatchObject({code: 1});
      expect(noted).toEqual([
        expect.stringMatching(
          /^failure: pipetail: a\.log is damaged: lines of it may be wrong, and about \d+ kB of it could not be unpacked$/,
        ),
      ]);
    }
  });

  test('files of one name are told apart by their folders', async () => {
    await using home = await temporaryDirectory();
    const files = ['a', 'b'].map((folder) => path.join(home.path, folder, 'app.log.gz'));
    for (const [index, file] of files.entries()) {
      await mkdir(path.dirname(file));
      await writeFile(file, gzipSync(`${index}\n`).subarray(0, -9));
    }
    const {text, notes} = await printFrom(files);
    expect(text).toBe('a/app.log.gz | 0\nb/app.log.gz | 1\n');
    const why = 'ends here, too early: it was cut, or is still being written';
    expect(notes).toEqual([`pipetail: a/app.log.gz ${why}`, `pipetail: b/app.log.gz ${why}`]);
  });

  test('what cannot be opened is one line, and the others are printed', async () => {
    await using home = await temporaryDirectory();
    const [binary, whole] = [path.join(home.path, 'a'), path.join(home.path, 'b.log')];
    await writeFile(binary, Buffer.of(0, 1));
    await writeFile(whole, 'whole\n');
    expect(await printFrom([binary, path.join(home.path, 'none'), whole])).toEqual({
      code: 1,
      text: 'whole\n',
      notes: [
        `pipetail: ${binary} is a binary file, not a log`,
        `pipetail: ${home.path}/none cannot be opened: there is no such file or folder`,
      ],
    });
    expect(await print(whole, {names: ['other']})).toMatchObject({
      code: 1,
      notes: [`pipetail: other: no log of it in ${whole}`],
    });
  });
});

test('--until ends a file of which more is to be read, and the next one is printed', async () => {
  await using home = await temporaryDirectory();
  const line = (second: number) => `[p] 2026-11-25T12:00:0${second}.000001Z  INFO a: ${second}\n`;
  for (const name of ['p', 'q'])
    await writeFile(path.join(home.path, `${name}.log`), line(1) + line(3) + line(4).repeat(50_000));
  const args = ['logs', '--from', home.path, '--until', '2026-11-25 12:00:02'];
  const request = readRequest<LogsRequest>(args);
  const printed = await print(home.path, {names: [], recordsOf: recordPrinters(request, 0)});
  expect(printed).toEqual({code: 0, notes: [], text: `p.log | ${line(1)}q.log | ${line(1)}`});
});

test('--until ends a file, and of several each by itself; a run that is not there is said', async () => {
  await using home = await temporaryDirectory();
  const lines = (name: string) =>
    [1, 2, 3, 1].map((second) => `[${name}] 2026-11-25T12:00:0${second}.000001Z  INFO a: ${name} ${second}\n`);
  const named = (name: string) => lines(name).map((line) => `${name}.log | ${line}`);
  for (const name of ['p', 'q']) await writeFile(path.join(home.path, `${name}.log`), lines(name).join(''));
  const printed = async (...args: readonly string[]) => {
    const request = readRequest<LogsRequest>(['logs', '--from', home.path, ...args]);
    return await print(home.path, {names: [], recordsOf: recordPrinters(request, 0)});
  };
  const some = [named('p').slice(0, 2), named('q').slice(0, 2)].flat().join('');
  expect(await printed('--until', '2026-11-25 12:00:02.5')).toEqual({code: 0, notes: [], text: some});
  const last = [named('p')[1], named('q')[1]].join('');
  expect((await printed('--until', '2026-11-25 12:00:02.5', '--tail', '1')).text).toBe(last);
  expect(await printed('--run', '2')).toEqual({
    ...{code: 1, text: ''},
    notes: ['p', 'q'].map((name) => `pipetail: ${name}.log: there is no run 2: the log has only 1 run`),
  });
  await expect(printed('--since', '2026-11-26', '--until', '2026-11-25')).rejects.toThrow(
    '--until is before --since: nothing is between them',
  );
});
