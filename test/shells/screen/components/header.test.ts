import {describe, expect, it} from 'vitest';
import type {ApiFailure} from '../../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../../source/engine/pipelines/list-poller.ts';
import {paint} from '../../../../source/kit/terminal/sgr.ts';
import {type Color, type ColorDepth, contrast} from '../../../../source/kit/terminal/style.ts';
import {concat, plain} from '../../../../source/kit/terminal/styled-text.ts';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {connectionWords, silentWords} from '../../../../source/kit/words/connection-words.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {fillRow, type HeaderView, headerText} from '../../../../source/shells/screen/components/header.tsx';
import {deploymentError, makePipeline, stopped} from '../../../kit/screen/make-pipeline.ts';

const row = concat([
  plain(' pipetail', {bold: true}),
  plain('  prod  '),
  plain('LIVE', {fg: 2, bold: true}),
  plain(' old', {dim: true, fg: 3}),
  plain(' PAUSED ', {inverse: true, bold: true, fg: 1}),
]);

it('has its ground under every character, and one colour of text', () => {
  const {text, runs} = fillRow(row, [170, 0, 0], 'truecolor');
  expect(text).toBe(row.text);
  let at = 0;
  for (const {start, end, style} of runs) {
    expect(start).toBe(at);
    expect(style).toMatchObject({bg: [170, 0, 0], fg: 231});
    expect(style.dim).toBeUndefined();
    at = end;
  }
  expect(at).toBe(text.length);
});

it('keeps what is bold, and badges', () => {
  const {text, runs} = fillRow(row, 1, '16');
  const looks = runs.map(({start, end, style}) => [text.slice(start, end).trim(), style.bold, style.inverse]);
  expect(looks).toEqual([
    ['pipetail', true, undefined],
    ['prod', undefined, undefined],
    ['LIVE', true, undefined],
    ['old', undefined, undefined],
    ['PAUSED', true, true],
  ]);
});

it('is as it was where there are no colours', () => {
  expect(fillRow(row, 1, 'none')).toEqual(row);
});

describe('text is black or white, whichever is easier to read', () => {
  it.each<[Color, ColorDepth, number]>([
    [1, '16', 231],
    [4, '16', 231],
    [9, '16', 16],
    [3, 'truecolor', 16],
    [11, 'truecolor', 16],
    [7, '16', 16],
    [[255, 255, 0], 'truecolor', 16],
    [[0, 0, 128], '256', 231],
    [226, '256', 16],
  ])('on %j at %s', (color, depth, fg) => {
    if (depth === 'none') throw new Error('no colours');
    expect(fillRow(plain('x'), color, depth).runs[0]?.style.fg).toBe(fg);
  });

  it('with a contrast of 4.5 on every colour there is', () => {
    for (let red = 0; red < 256; red += 15) {
      for (let green = 0; green < 256; green += 15) {
        for (let blue = 0; blue < 256; blue += 15) {
          const {fg} = fillRow(plain('x'), [red, green, blue], 'truecolor').runs[0]?.style ?? {};
          const text = fg === 16 ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
          expect(contrast(text, [red, green, blue])).toBeGreaterThanOrEqual(4.5);
        }
      }
    }
  });

  it('on what a terminal of sixteen colours makes of it', () => {
    // Orange is bright yellow there.
    expect(paint(fillRow(plain('x'), [255, 140, 0], '16'), '16')).toBe('\u001b[30;103mx\u001b[0m');
  });
});

const failed = makePipeline('etl', {...stopped, deploymentError});
const good: ListSnapshot = {
  pipelines: [makePipeline('orders'), failed, makePipeline('p', {...stopped, programStatus: 'SqlError'})],
  goodAt: 0,
  failure: undefined,
  nextTryAt: undefined,
};
const unreachable: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: ''};
const live = connectionWords({kind: 'live'}, 0, true);

function view(change: Partial<HeaderView> = {}): HeaderView {
  return {
    serverName: 'prod.example.com',
    insecure: false,
    session: undefined,
    list: good,
    pipeline: makePipeline('orders'),
    connection: live,
    recording: undefined,
    width: 100,
    now: 1000,
    offsetAt: () => 0,
    symbols: symbolsFor(true),
    ...change,
  };
}

const text = (change: Partial<HeaderView>) => headerText(view(change)).text;

it('says where we are on the left, and that it is live on the right', () => {
  expect(text({})).toMatch(/^ pipetail {2}prod\.example\.com {2}3 pipelines · 2 failing +LIVE $/);
  expect(text({list: {...good, pipelines: [makePipeline('orders')]}})).toMatch(/ {2}1 pipeline +LIVE $/);
});

it.each([
  [60, ' pipetail  prod.example.com  2 failing  reconnecting in 4 s '],
  [50, ' prod.example.com  2 failing  reconnecting in 4 s '],
  [44, ' prod.…e.com  2 failing reconnecting in 4 s '],
])('at %i columns leaves out the number of all before that of the failing ones', (width, shown) => {
  const connection = {...live, text: 'reconnecting in 4 s', isLive: false};
  expect(text({width, connection}).replace(/ {3,}/, '  ')).toBe(shown);
});

it.each([
  [100, ' pipetail  prod.example.com  3 pipelines · 2 failing · 3 logs not read  LIVE '],
  [64, ' pipetail  prod.example.com  2 failing · 3 logs not read  LIVE '],
  [56, ' prod.example.com  2 failing · 3 logs not read  LIVE '],
  [46, ' prod.example.com  2 failing  LIVE '],
])('counts the logs that were not read, at %i columns', (width, shown) => {
  const unread = new Set(['a', 'b', 'c']);
  expect(text({width, unread}).replace(/ {3,}/, '  ')).toBe(shown);
});

it('counts the pipelines that are degraded, and says so of the shown one', () => {
  const degraded = new Map([['orders', undefined]]);
  expect(text({degraded})).toMatch(/3 pipelines · 2 failing · 1 degraded +LIVE · Degraded $/);
  expect(text({degraded, width: 64})).toMatch(/^ prod\.example\.com {2}2 failing · 1 degraded +LIVE · Degraded $/);
});

it('says that the runner is away, and since when, while the server says so', () => {
  const since = Date.parse('2026-11-25T21:44:41Z');
  const runner = {isHealthy: false, message: 'Unreachable: Unable to connect. Look.', since, checkedAt: undefined};
  expect(text({runner, now: since + 60_000, width: 120})).toMatch(
    /3 pipelines · runner away since 21:44:41 · 2 failing /,
  );
  expect(text({runner: {...runner, since: undefined}, width: 120})).toMatch(/ · runner away · 2 failing /);
  expect(text({runner: {...runner, isHealthy: true}, width: 120})).not.toContain('runner');
});

it('says of when it is that pipelines were degraded, where that is old', () => {
  const at = (minute: number) => Date.UTC(2026, 0, 1, 21, 44 + minute, 41);
  const mixed = new Map([
    ['orders', at(0)],
    ['a', at(1)],
    ['b', undefined],
  ]);
  expect(text({degraded: mixed, now: at(5), width: 140})).toMatch(
    / · 1 degraded · 2 degraded as of 21:44:41 +LIVE · Degraded as of 21:44:41 $/,
  );
});

it('says nothing about a list that never came', () => {
  const none: ListSnapshot = {pipelines: undefined, goodAt: undefined, failure: unreachable, nextTryAt: 1};
  expect(text({list: none, connection: connectionWords(undefined, 0, true)}).trim()).toBe('pipetail  prod.example.com');
});

it('says how long it has waited for an answer of the log, and of the list', () => {
  const connection = connectionWords({kind: 'connecting'}, 0, true);
  expect(text({connection, waited: {log: '4 s', list: undefined}})).toMatch(/ connecting, 4 s $/);
  const waited = {log: undefined, list: '5 s'};
  // A list that is seconds old is not waited for, while the log is called live.
  expect(text({waited})).toMatch(/2 failing +LIVE $/);
  const unanswered = {...good, unansweredSince: 1};
  expect(text({waited, list: unanswered, connection: silentWords(5000), isSilent: true})).toMatch(
    /2 failing +no answer for 5 s $/,
  );
  const none: ListSnapshot = {pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined};
  expect(text({waited, list: none, connection})).toMatch(/com {2}waiting for the list, 5 s +connecting $/);
});

it('says nothing of the list where there is no room for all of the words', () => {
  const connection = connectionWords({kind: 'connecting'}, 0, true);
  const waited = {log: '3 s', list: '3 s'};
  for (let width = 30; width < 120; width++) {
    const row = text({connection, waited, width, list: {...good, unansweredSince: 1}});
    expect(row).toMatch(/ connecting, 3 s $/);
    if (row.includes('waiting')) expect(row).toContain('waiting for the list, 3 s');
  }
});

it('says which streams are lost, although the log is live', () => {
  expect(text({lostStreams: ['stdout']})).toMatch(/ LIVE · stdout lost $/);
  expect(text({lostStreams: ['stdout', 'stderr'], width: 80})).toMatch(/ LIVE · stdout, stderr lost $/);
  const connection = connectionWords({kind: 'connecting'}, 0, true);
  expect(text({lostStreams: ['stdout'], connection})).toMatch(/ connecting $/);
});

const paused = {newBelow: 39, followKey: 'G'};

it('says that it is paused in place of live, what has come since, and which key follows again', () => {
  expect(text({paused})).toMatch(/ {2}PAUSED · 39 new · G follows $/);
  expect(text({paused: {...paused, newBelow: 0}})).toMatch(/ {2}PAUSED · G follows $/);
  expect(text({paused: {...paused, newBelow: 1234}, pipeline: failed})).toMatch(
    / {2}PAUSED · 1,234 new · Failed · G follows $/,
  );
  expect(text({paused, symbols: symbolsFor(false)})).toMatch(/ PAUSED - 39 new - G follows $/);
});

it('says of a paused log that nothing comes, in place of the key', () => {
  const connection = connectionWords({kind: 'waiting', until: 3000, reason: unreachable} as never, 0, true);
  expect(text({paused: {newBelow: 39, followKey: undefined}, connection})).toMatch(
    / PAUSED · 39 new · reconnecting in 3 s $/,
  );
});

it('leaves out what is less important where there is little room, and says nothing of a log that a page covers', () => {
  const right = (width: number) => text({paused, pipeline: failed, width}).replace(/.* (?=PAUSED)/, '');
  expect([80, 60, 50, 40].map(right)).toEqual([
    'PAUSED · 39 new · Failed · G follows ',
    'PAUSED · 39 new · Failed ',
    'PAUSED · 39 new ',
    'PAUSED ',
  ]);
  expect(text({paused, pipeline: failed, isPage: true, lostStreams: ['stdout']})).toMatch(/2 failing +$/);
});

describe('a live log of a pipeline that is not running', () => {
  it('says since when it compiles, where there is room', () => {
    const pipeline = makePipeline('p', {...stopped, programStatus: 'CompilingRust'});
    expect(text({pipeline, width: 99})).toMatch(/2 failing +LIVE · Compiling Rust $/);
  });

  it.each([
    [failed, 'LIVE · Failed '],
    [makePipeline('p', {deploymentStatus: 'Paused'}), 'LIVE · Paused '],
    [makePipeline('p', {deploymentStatus: 'Teleporting'}), 'LIVE · Teleporting '],
    [makePipeline('p', {...stopped, programStatus: 'CompilingRust'}), 'LIVE · Compiling Rust since 09:02:11 '],
    [makePipeline('p', {...stopped, programStatus: 'SqlError'}), 'LIVE · SQL error '],
  ])('does not mislead: %#', (pipeline, ending) => {
    expect(text({pipeline}).endsWith(` ${ending}`)).toBe(true);
  });

  it('needs no more words when the connection has its own', () => {
    const connection = connectionWords({kind: 'connecting'}, 0, true);
    expect(text({pipeline: failed, connection})).toMatch(/ connecting $/);
  });
});

describe('a server that does not answer', () => {
  const refused: ApiFailure = {...unreachable, brief: 'connection refused'} as ApiFailure;
  const goodAt = Date.UTC(2026, 0, 1, 21, 44, 41);
  const stale: ListSnapshot = {...good, goodAt, failure: refused, nextTryAt: 1};
  const at = {list: stale, now: goodAt + 3_600_000};

  it('is said once, since when and why, with the state that was known last', () => {
    const words = 'no answer since 21:44:41 (connection refused), last known: running';
    expect(text({...at, width: 140})).toMatch(
      /com {2}3 pipelines · 2 failing · no answer since [^·]*: running +LIVE $/,
    );
    expect(text({...at, width: 140})).toContain(words);
    expect(text({...at, width: 140, pipeline: failed})).toMatch(/last known: failed +LIVE $/);
    expect(text({...at, width: 140, pipeline: undefined})).toContain('(connection refused)  ');
    const later = {...at, now: goodAt + 2 * 86_400_000, offsetAt: () => 60};
    expect(text({...later, width: 140})).toContain('no answer since 01-01 22:44:41 (');
  });

  it('is worth more than the number of pipelines where there is little room', () => {
    const left = (width: number) => text({...at, width}).replace(/ +LIVE +$/, '');
    expect(left(102)).toBe(
      ' pipetail  prod.example.com  no answer since 21:44:41 (connection refused), last known: running',
    );
    expect(left(90)).toMatch(/com {2}no answer since 21:44:41 \(connection refused\)$/);
    expect(left(70)).toMatch(/com {2}no answer since 21:44:41$/);
  });

  it('is only named above a page that explains it', () => {
    expect(text({...at, width: 140, isExplained: true})).toMatch(/ · no answer since 21:44:41 +LIVE $/);
  });

  it.each([
    [{kind: 'retryable', reason: 'timeout', message: ''}, 'no answer since 21:44:41 (timed out)'],
    [{kind: 'retryable', reason: 'server-error', message: '', brief: 'HTTP 503'}, 'no list since 21:44:41 (HTTP 503)'],
    [{kind: 'retryable', reason: 'protocol', message: ''}, 'no list since 21:44:41 (unexpected answer)'],
  ] as const)('%j', (failure, words) => {
    expect(text({...at, list: {...stale, failure}, width: 140})).toContain(words);
  });

  it('is not said of a list that comes', () => {
    expect(text({now: 300_000})).not.toContain('since');
  });
});

it('a frozen link is not called live: since when, and what was known last', () => {
  const goodAt = Date.UTC(2026, 0, 1, 21, 44, 41);
  const timeout: ApiFailure = {kind: 'retryable', reason: 'timeout', message: ''};
  const list = {...good, goodAt, failure: timeout, nextTryAt: 1};
  const frozen = {list, connection: silentWords(12_400), isSilent: true, now: goodAt + 12_400, width: 140};
  expect(text(frozen)).toMatch(/2 failing · timed out, last known: running +no answer for 12 s $/);
  expect(text({...frozen, isPage: true})).toMatch(/ · no answer since 21:44:41 \(timed out\), last known: running +$/);
  expect(silentWords(undefined).text).toBe('no answer');
});

it('is exactly as wide as the screen, and the right side is whole', () => {
  for (let width = 40; width <= 250; width++) {
    for (const utf8 of [true, false]) {
      const row = text({width, paused, pipeline: failed, symbols: symbolsFor(utf8), serverName: 'x'.repeat(60)});
      expect(textWidth(row)).toBe(width);
      expect(row).toMatch(/ PAUSED (?:[·-] 39 new(?: [·-] Failed(?: [·-] G follows)?)? )?$/);
    }
  }
});

it('says what becomes of the recording, loudest when there is none', () => {
  const right = (recording: HeaderView['recording']) => headerText(view({recording})).text.trimEnd();
  const folder = '/var/log/orders';
  expect(right({kind: 'recording', folder, fromId: 0, bytes: 0, missedBytes: 0})).toMatch(/ REC {2}LIVE$/);
  expect(right({kind: 'stopped', why: 'the disk is full'})).toMatch(/ NOT RECORDED {2}LIVE$/);
  expect(right({kind: 'read-only', folder, by: 7})).toMatch(/ recorded elsewhere {2}LIVE$/);
  expect(right({kind: 'opening'})).toBe(right(undefined));
});

describe('who we are to the server', () => {
  const session = {tenantId: 't', tenantName: 'acme', role: 'read', memberships: 2};

  it('is said to those who could be somebody else', () => {
    expect(text({session})).toMatch(/^ pipetail {2}prod\.example\.com {2}acme · read {2}3 pipelines/);
    expect(text({session: {...session, role: ''}})).toContain('com  acme  3 pipelines');
    expect(text({session: {...session, memberships: 1}})).not.toContain('acme');
  });

  it('cannot write on the screen', () => {
    expect(text({session: {...session, tenantName: 'a\u001b[2J'}})).not.toContain('\u001b');
  });
});

it('says that certificates are not looked at', () => {
  expect(text({insecure: true})).toMatch(/^ pipetail {2}prod\.example\.com {3}INSECURE {3}3 pipelines/);
});

it.each([
  ['unauthorized', 'credentials refused'],
  ['token-expired', 'token expired 11-27 07:52 UTC'],
  ['no-token', 'no token'],
  ['forbidden', 'not permitted'],
] as const)('of a list that is refused as %s, says what a person has to see to', (reason, words) => {
  const expired = {at: Date.UTC(2026, 10, 27, 7, 52)};
  const failure: ApiFailure = {
    kind: 'fatal',
    reason,
    message: '',
    ...(reason === 'token-expired' && {expired}),
  };
  expect(text({list: {...good, failure, nextTryAt: 1}, width: 140})).toContain(` (${words})`);
  const refused = {text: words, style: {}, countdown: false, isLive: false};
  expect(text({list: {...good, failure, nextTryAt: 1}, connection: refused})).toMatch(/no list since [\d:]+ +[^ (]/);
});

it('says the context in force before the host', () => {
  expect(text({context: 'prod'})).toMatch(/^ pipetail {2}prod {2}prod\.example\.com {2}3 pipelines/);
  expect(text({context: 'a\u001b[2J'})).not.toContain('\u001b');
});

it('keeps the end of the path of what was opened', () => {
  const opened = '/var/log/pods/feldera/orders/orders.log  file';
  const at = (width: number) =>
    text({opened, width, connection: {text: 'ended', style: {}, countdown: false, isLive: false}});
  expect(at(100)).toContain(` pipetail  ${opened} `);
  expect(at(40)).toBe(' pipetail  …ers/orders.log  file  ended ');
  for (let width = 8; width <= 80; width++) expect(textWidth(at(width))).toBe(width);
});
