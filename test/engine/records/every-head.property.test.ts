import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {LogStates} from '../../../source/engine/logs/log-states.ts';
import {isConfigurationLine} from '../../../source/engine/records/configuration-lines.ts';
import {levelIn} from '../../../source/engine/records/line-head.ts';
import {isPanicLine, isRunnerLine, isWholeRecord, runnerMessage} from '../../../source/engine/records/line-kind.ts';
import {PanicReports} from '../../../source/engine/records/panic.ts';
import {suppressedIn} from '../../../source/engine/records/suppressed.ts';
import {beginsRun, transitionIn} from '../../../source/engine/records/transitions.ts';
import {root} from '../../harness/program.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

// While a log comes, the head of a line is read only where a word or a first letter says that it matters. These tests read
// the head of each line: the words must leave nothing out.

type Found = {readonly errors: number; readonly suppressed: number; readonly starts: number};

function byEachHead(log: Buffer): Found {
  const reports = new PanicReports();
  let errors = 0;
  let suppressed = 0;
  let starts = 0;
  for (const [id, line] of linesOf(log).entries()) {
    if (levelIn(line) === 'ERROR') errors += reports.panicFor(id, line, 0, line.length) === undefined ? 1 : 0;
    else if (isPanicLine(line, 0, line.length)) {
      reports.addPanic(id, id);
      errors += 1;
    } else {
      if (isConfigurationLine(line, 0, line.length)) reports.clear();
      suppressed += suppressedIn(line)?.count ?? 0;
    }
    if (line.length > 4096 || !isRunnerLine(line, 0, line.length) || !isWholeRecord(line)) continue;
    const transition = transitionIn(runnerMessage(line) ?? '');
    if (transition && beginsRun(transition)) starts += 1;
  }
  return {errors, suppressed, starts};
}

/** Without the open line: it counts when it ends. */
function linesOf(log: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0, end = log.indexOf('\n'); end !== -1; start = end + 1, end = log.indexOf('\n', start))
    lines.push(log.subarray(start, end));
  return lines;
}

function byWords(log: Buffer, cuts: readonly number[] = []): Found {
  const sink = new LogSink({buffer: {maxBytes: 1 << 26}, clock: {wall: () => 0}});
  const states = new LogStates();
  let starts = 0;
  const places = [0, ...cuts.map((cut) => cut % (log.length + 1)).sort((a, b) => a - b), log.length];
  for (const [at, from] of places.slice(0, -1).entries()) {
    const [bytes, newlines] = withNewlines(log.subarray(from, places[at + 1]));
    sink.append(bytes, newlines);
    starts += states.append(bytes, newlines).filter(({kind}) => kind === 'start').length;
  }
  let errors = 0;
  for (const {count} of sink.errors.byKey.values()) errors += count;
  // A line of the limiter counts by itself; an error of Kafka's client stands for others of its own.
  let suppressed = 0;
  for (const {tags, suppressed: count} of sink.errors.suppressed.connectors) if (tags.length > 0) suppressed += count;
  return {errors, suppressed, starts};
}

const folders = ['test/wire', 'test/corpora/lnav', 'test/corpora/blns'].map((name) => path.join(root, name));
const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
const texts = files.filter((file) => /\.(?:raw|log|txt)$|logfile_/.test(file));

describe('recordings and logs of others', () => {
  test.each(texts.map((file) => [path.basename(file), file] as const))('%s', (_, file) => {
    const log = readFileSync(file);
    const found = byEachHead(log);
    expect(byWords(log)).toEqual(found);
    const steps = Array.from({length: Math.floor(log.length / 4099)}, (_, step) => step * 4099);
    expect(byWords(log, steps)).toEqual(found);
  });
});

const time = '2026-11-25T09:00:00.000001Z';
const runner = `[manager] ${time}  INFO pipeline_manager::runner::a: `;
const suffix = ' pipeline-id="x" pipeline-name="orders"';
const pieces = [
  ...[`[orders] ${time} ERROR a::b:  no`, `[orders] ${time}  INFO a::b:  ERROR is a word`, 'ERROR', '[orders]'],
  ...[
    `\u001b[2m${time}\u001b[0m \u001b[31mERROR\u001b[0m `,
    'ER\u001b[31mROR',
    "thread 'w' (7) panicked at src/a.rs:1:2:",
  ],
  ...[
    "thread 'w'",
    ' has overflowed its stack',
    'worker threads terminated unexpectedly',
    'Pipeline configuration read',
  ],
  ...[`[orders] ${time}  INFO a::b:  Suppressed 12 'a.in-text_event_err' errors in the last 6.00s`, 'Suppressed '],
  ...[`[orders] ${time} ERROR a:  error on input endpoint 'a.in': bad`, `{"timestamp":"${time}","level":"ERROR"}`],
  ...[`${runner}Runtime transition: stopped -> provisioning (desired: running)${suffix}`, runner, suffix],
  ...['\n', '\n', '\n', '\n', '\r\n', '\0', ' ', '\u001b[0m', 'ü', '{"level":"ERROR",', `"timestamp":"${time}"}`, '}'],
];

test('random logs, cut anywhere', () => {
  const logs = fc.array(fc.constantFrom(...pieces), {maxLength: 60}).map((parts) => Buffer.from(`${parts.join('')}\n`));
  fc.assert(
    fc.property(logs, fc.array(fc.nat({max: 20_000}), {maxLength: 12}), (log, cuts) => {
      const found = byEachHead(log);
      expect(byWords(log)).toEqual(found);
      expect(byWords(log, cuts)).toEqual(found);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)},
  );
});

test('a log that is cut at each byte', () => {
  const log = Buffer.from(`${pieces.join('\n')}\n`);
  expect(byWords(log, Array.from(log.keys()))).toEqual(byEachHead(log));
});
