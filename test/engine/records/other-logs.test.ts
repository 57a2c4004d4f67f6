import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {root} from '../../harness/program.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

/** Opens a log, in pieces of so many bytes. */
function open(bytes: Buffer, size = bytes.length) {
  const wall = () => Date.parse('2026-12-02T10:00:00Z');
  const sink = new LogSink({buffer: {maxBytes: 1 << 27}, clock: {wall}, hasOthers: true});
  for (let at = 0; at < bytes.length; at += size) sink.append(...withNewlines(bytes.subarray(at, at + size)));
  sink.endLine();
  const index = new RecordIndex(sink.buffer);
  while (!index.step(1 << 20));
  const counted = [...sink.errors.byKey.values()].reduce((sum, {count}) => sum + count, 0);
  return {sink, index, counted, name: sink.format.other?.name, isRecognised: sink.format.isRecognised};
}

const linesOf = (bytes: Buffer) => bytes.toString('latin1').split('\n');

describe('the errors of the samples of lnav', () => {
  test.each([
    ['bunyan.0', 'JSON', /"level":[56]0/],
    ['ecs_log.json', 'JSON', /"log.level":"(error|critical)"/],
    ['json.json', 'JSON', /"lvl": "(ERROR|FATAL|CRITICAL)"/],
    ['mixed_json2.json', 'JSON', /"lvl": "(ERROR|FATAL|CRITICAL)"/],
    ['nested_json.json', 'JSON', /"lvl": "(ERROR|FATAL|CRITICAL)"/],
    ['journald.json', 'JSON', /"PRIORITY" : "[0-3]"/],
    ['grafana.0', 'logfmt', /level=error/],
    ['logfmt.0', 'logfmt', /level=error/],
    ['glog.0', 'klog', /^E/],
    ['java.0', 'log4j', /^\S+ ERROR/],
    ['laravel.1', 'Monolog', /laravel\.(EMERGENCY|ERROR)/],
    ['leveltest.0', 'time and level', /:\d\d (error|fatal)/],
    ['mysql_error.0', 'time and level', /\[ERROR\]/],
    ['postgres.0', 'time and level', /\] (ERROR|FATAL|PANIC):/],
    ['postgres.1', 'time and level', /\] (ERROR|FATAL|PANIC):/],
    ['postgres.2', 'time and level', /\] (ERROR|FATAL|PANIC):/],
    ['vdsm.0', 'level and time', /::ERROR::/],
    ['vpxd.0', 'time and level', /Z error /],
    ['xml_msg.0', 'time and level', /\] ERROR/],
    ['zap_console.0', 'time and level', /\terror\t/],
    ['syslog.0', 'syslog', /never/],
  ])('%s: %s', (file, format, error) => {
    const bytes = readFileSync(path.join(root, 'test/corpora/lnav', `logfile_${file}`));
    const errors = linesOf(bytes).filter((line) => error.test(line)).length;
    for (const size of [bytes.length, 700]) {
      const {index, counted, name} = open(bytes, size);
      expect([name, index.table.errors, counted]).toEqual([format, errors, errors]);
    }
  });
});

/** A clone of github.com/logpai/loghub, of which each folder has 2,000 lines. */
const loghub = process.env.PIPETAIL_LOGHUB ?? path.join(root, 'test/corpora/loghub');

/** Format and lines of an error, by their column of the level; undefined: they are not read, or have no such column. */
const datasets: Readonly<Record<string, readonly [format?: string | undefined, error?: RegExp]>> = {
  Android: ['logcat', /^\S+ \S+ +\d+ +\d+ [EF] /],
  Apache: ['time and level', /\] \[(error|crit|alert|emerg)\]/],
  // Of one supercomputer, with the time in the middle.
  BGL: [undefined, / (ERROR|FATAL|SEVERE|FAILURE) /],
  HDFS: ['time and level', /^\d+ \d+ \d+ (ERROR|FATAL) /],
  HPC: [],
  Hadoop: ['log4j', /^\S+ \S+ (ERROR|FATAL) /],
  HealthApp: [],
  Linux: ['syslog'],
  Mac: ['syslog'],
  OpenSSH: ['syslog'],
  OpenStack: ['time and level', /^\S+ \S+ \S+ \d+ (ERROR|CRITICAL) /],
  Proxifier: [],
  Spark: ['time and level', /^\S+ \S+ (ERROR|FATAL) /],
  Thunderbird: [],
  Windows: ['time and level', /^\S+ \S+ Error /],
  Zookeeper: ['log4j', /^\S+ \S+ - (ERROR|FATAL) /],
};

test('the errors of loghub are counted in 15 of 16 logs', (context) => {
  context.skip(!existsSync(loghub), 'git clone --depth 1 https://github.com/logpai/loghub test/corpora/loghub');
  const wrong: string[] = [];
  for (const [folder, [format, error]] of Object.entries(datasets)) {
    const bytes = readFileSync(path.join(loghub, folder, `${folder}_2k.log`));
    const errors = error ? linesOf(bytes).filter((line) => error.test(line)).length : 0;
    const {index, sink, counted, name} = open(bytes, 64 * 1024);
    expect([folder, name]).toEqual([folder, format]);
    if (index.table.errors !== errors || counted !== errors) wrong.push(folder);
    const timed = Array.from({length: sink.buffer.endId}, (_, id) => id).filter((id) => index.timeAt(id) !== undefined);
    if (format !== undefined) expect(timed.length).toBeGreaterThan(1_800);
  }
  expect(wrong).toEqual(['BGL']);
});

test('a log of another logger keeps its bytes, and its records their other lines', () => {
  const text = [
    '2026-11-25 09:08:47,372 ERROR [main] org.acme.Db: broken',
    'java.io.IOException: no route',
    '\tat org.acme.Db.get(Db.java:7)',
    'Caused by: java.net.ConnectException: refused',
    '\t... 3 more',
    '2026-11-25 09:08:48,372 WARN [main] org.acme.Db: slow',
    'Traceback (most recent call last):',
    '  File "a.py", line 7',
    '2026-11-25 09:08:49,372 INFO [main] org.acme.Db: again',
  ].join('\n');
  for (const size of [1, 7, 1 << 16]) {
    const {sink, index, counted} = open(Buffer.from(text), size);
    const ids = text.split('\n').map((_, id) => id);
    expect(ids.map((id) => sink.buffer.lineAt(id)?.toString()).join('\n')).toBe(text);
    expect(ids.map((id) => index.headOf(id))).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 8]);
    expect(ids.map((id) => index.levelAt(id))).toEqual(
      [...'EEEEE'].map(() => 'ERROR').concat('WARN', 'WARN', 'WARN', 'INFO'),
    );
    expect(index.timeAt(0)).toBe(Date.parse('2026-11-25T09:08:47.372Z'));
    expect(counted).toBe(1);
  }
});

test('a log of Feldera has no other format, whatever its first lines are', () => {
  const own = '[p] 2026-11-25T09:08:47.372844Z  INFO dbsp_adapters::server:  started\n';
  const {sink, isRecognised} = open(Buffer.from(`${own.repeat(3)}2026-11-25 09:08:47 ERROR of a program\n`));
  expect([sink.buffer.format, isRecognised]).toEqual([undefined, true]);
});
