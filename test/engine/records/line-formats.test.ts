import {expect, test} from 'vitest';
import {readHead} from '../../../source/engine/records/line-formats.ts';
import {levelIn, timeTextOf} from '../../../source/engine/records/line-head.ts';
import {parseRecord, recordFields} from '../../../source/engine/records/parse-record.ts';

const now = Date.parse('2026-12-02T10:00:00Z');

/** What is read of a line: format, time, level, target and message, and its fields. */
function read(text: string, isTimed = false) {
  const head = readHead(Buffer.from(text), {now, isTimed});
  if (!head) return undefined;
  const line = head.line.toString();
  const record = parseRecord(line);
  // What reads bytes reads the same.
  expect(timeTextOf(head.line)).toBe(record?.timeText);
  expect(levelIn(head.line)).toBe(record?.level ?? 'INFO');
  const message = record?.format === 'json' ? record.message : line.slice(record?.messageStart);
  const fields = record?.format === 'json' ? Object.fromEntries(recordFields(record, line)) : {};
  return [
    head.name,
    record?.timeText,
    record?.level,
    record?.target,
    message,
    ...(Object.keys(fields).length > 0 ? [fields] : []),
  ];
}

const iso = '2026-11-25T09:08:47';
const head = (level: string, message: string, time = `${iso}Z`, target = '') => [time, level, target, message];

test.each([
  // Rust
  [
    `${iso}.372844Z  INFO feldera::api: started port=8080`,
    ['tracing', ...head('INFO', 'started port=8080', `${iso}.372844Z`, 'feldera::api')],
  ],
  [
    `\x1b[2m${iso}.372844Z\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mapp\x1b[0m\x1b[2m:\x1b[0m broken`,
    ['tracing', ...head('ERROR', 'broken', `${iso}.372844Z`, 'app')],
  ],
  [`[${iso}Z ERROR app::db] broken`, ['env_logger', ...head('ERROR', 'broken', `${iso}Z`, 'app::db')]],
  [
    `{"timestamp":"${iso}.1Z","level":"WARN","message":"slow","target":"app"}`,
    ['JSON', ...head('WARN', 'slow', `${iso}.1Z`, 'app')],
  ],
  // JSON with other names
  [
    '{"level":"error","ts":1764061727.25,"msg":"broken","code":7}',
    ['JSON', ...head('ERROR', 'broken', '2025-11-25T09:08:47.25Z'), {code: '7'}],
  ],
  [
    '{"level":50,"time":1764061727372,"name":"web","msg":"broken"}',
    ['JSON', ...head('ERROR', 'broken', '2025-11-25T09:08:47.372Z', 'web')],
  ],
  [
    `{"@timestamp":"${iso}+01:00","log.level":"warning","message":"a\\nb"}`,
    ['JSON', ...head('WARN', 'a\nb', '2026-11-25T08:08:47Z')],
  ],
  [`{"severity":"CRITICAL","time":"${iso}Z","message":"broken"}`, ['JSON', ...head('ERROR', 'broken')]],
  [`{"level":3,"time":"${iso}Z","message":"what 3 is"}`, ['JSON', `${iso}Z`, undefined, '', 'what 3 is']],
  [
    '{"PRIORITY":"3","__REALTIME_TIMESTAMP":"1764061727372844","MESSAGE":"broken"}',
    ['JSON', ...head('ERROR', 'broken', '2025-11-25T09:08:47.372844Z')],
  ],
  // logfmt
  [
    `time="${iso}Z" level=error msg="not found: \\"a\\"" pod=web-1`,
    ['logfmt', ...head('ERROR', 'not found: "a"'), {pod: 'web-1'}],
  ],
  [`ts=${iso}Z level=odd`, ['logfmt', `${iso}Z`, undefined, '', '']],
  [`ts=${iso}.1Z level=debug caller=main.go:9`, ['logfmt', ...head('DEBUG', '', `${iso}.1Z`), {caller: 'main.go:9'}]],
  // Kubernetes and Google
  [
    'E1201 09:08:47.123456    7 server.go:12] broken',
    ['klog', ...head('ERROR', 'server.go:12] broken', '2026-12-01T09:08:47.123456Z')],
  ],
  [
    'W1204 09:08:47.123456    7 server.go:12] of last year',
    ['klog', ...head('WARN', 'server.go:12] of last year', '2025-12-04T09:08:47.123456Z')],
  ],
  ['I20261125 09:08:47.123456 7 a.cc:1] started', ['klog', ...head('INFO', 'a.cc:1] started', `${iso}.123456Z`)]],
  [
    '11-25 09:08:47.372  1702  2395 W PowerManager: slow',
    ['logcat', ...head('WARN', 'slow', `${iso}.372Z`, 'PowerManager')],
  ],
  // Java, Python, databases, web servers
  [
    '2026-11-25 09:08:47,372 ERROR [main] org.acme.Db: broken',
    ['log4j', ...head('ERROR', '[main] org.acme.Db: broken', `${iso}.372Z`)],
  ],
  [
    '[2026-11-25 09:08:47,372] WARN slow (kafka.server.Broker)',
    ['time and level', ...head('WARN', 'slow (kafka.server.Broker)', `${iso}.372Z`)],
  ],
  [
    '2026-11-25 09:08:47.372 [main] ERROR o.acme.Db - broken',
    ['time and level', ...head('ERROR', '[main] o.acme.Db - broken', `${iso}.372Z`)],
  ],
  [
    'ERROR 2026-11-25 09:08:47,372 o.acme.Db: broken',
    ['level and time', ...head('ERROR', 'broken', `${iso}.372Z`, 'o.acme.Db')],
  ],
  [
    '2026-11-25 09:08:47,372 - app.db - ERROR - broken',
    ['time and level', ...head('ERROR', 'broken', `${iso}.372Z`, 'app.db')],
  ],
  ['2026-11-25 09:08:47,372:CRITICAL:broken', ['time and level', ...head('ERROR', 'broken', `${iso}.372Z`)]],
  ['2026-11-25 10:08:47.372 CET [71] FATAL:  broken', ['time and level', ...head('ERROR', 'broken', `${iso}.372Z`)]],
  [
    `${iso}.835618Z 0 [Warning] [MY-010068] [Server] old`,
    ['time and level', ...head('WARN', '[MY-010068] [Server] old', `${iso}.835618Z`)],
  ],
  ['2026/11/25 09:08:47 [error] 31#31: *1 broken', ['time and level', ...head('ERROR', '31#31: *1 broken')]],
  ['[Wed Nov 25 09:08:47 2026] [error] broken', ['time and level', ...head('ERROR', 'broken')]],
  ['[2026-11-25 09:08:47] local.EMERGENCY: broken', ['Monolog', ...head('ERROR', 'broken', `${iso}Z`, 'local')]],
  // syslog
  ['Nov 25 09:08:47 host sshd[71]: refused', ['syslog', `${iso}Z`, undefined, 'sshd', 'refused']],
  ['<27>Nov 25 09:08:47 host app: broken', ['syslog', ...head('ERROR', 'broken', `${iso}Z`, 'app')]],
  [`<28>1 ${iso}.1Z host app 71 ID [a@1 b="]"] slow`, ['syslog', ...head('WARN', 'slow', `${iso}.1Z`, 'app')]],
])('%j', (line, expected) => {
  expect(read(line)).toEqual(expected);
});

test.each([
  '',
  'a line of a program',
  '    at org.acme.Db.get(Db.java:7)',
  'Caused by: java.io.IOException: error',
  'Traceback (most recent call last):',
  '2026-13-45 09:08:47 ERROR no such day',
  '2026-11-25 09:08:47 the word error in a message',
  '{"level":"error","msg":"without a time"}',
  `{"level":"error","time":"${iso}Z","msg":"cut`,
])('%j begins no record', (line) => {
  expect(read(line)).toBeUndefined();
});

test('a time without a level begins a record only where all records begin so', () => {
  const line = '2026/11/25 09:08:47 started';
  expect(read(line)).toBeUndefined();
  expect(read(line, true)).toEqual(['time', `${iso}Z`, undefined, '', 'started']);
});

test('lines of Feldera stay as they are', () => {
  const line = Buffer.from(`[orders] ${iso}.372844Z  INFO dbsp_adapters::server:  started`);
  expect(readHead(line, {now, isTimed: false})).toEqual({name: 'Feldera', line, hasLevel: true});
});
