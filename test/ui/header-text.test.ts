import {describe, expect, it} from 'vitest';
import type {ApiFailure} from '../../source/api/types.ts';
import type {ListSnapshot} from '../../source/streams/list-poller.ts';
import {symbolsFor} from '../../source/terminal/symbols.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {connectionWords} from '../../source/ui/connection-words.ts';
import {type HeaderView, headerText} from '../../source/ui/header-text.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';

const failed = makePipeline('etl', {...stopped, deploymentError});
const good: ListSnapshot = {
  pipelines: [makePipeline('orders'), failed, makePipeline('p', {...stopped, programStatus: 'SqlError'})],
  goodAt: 0,
  failure: undefined,
  nextTryAt: undefined,
};
const unreachable: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: '', url: ''};
const live = connectionWords({kind: 'live', attempt: 1, since: 0}, 0, true);

function view(change: Partial<HeaderView> = {}): HeaderView {
  return {
    serverName: 'prod.example.com',
    serverVersion: '0.337.0',
    insecure: false,
    session: undefined,
    list: good,
    pipeline: makePipeline('orders'),
    connection: live,
    paused: false,
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

it('says that a server is too old', () => {
  expect(text({serverVersion: '0.60.0'})).toContain('example.com   Feldera 0.60.0 NOT SUPPORTED   3 pipelines');
  expect(text({serverVersion: undefined})).toBe(text({}));
});

it('says nothing about a list that never came', () => {
  const none: ListSnapshot = {pipelines: undefined, goodAt: undefined, failure: unreachable, nextTryAt: 1};
  expect(text({list: none, connection: connectionWords(undefined, 0, true)}).trim()).toBe('pipetail  prod.example.com');
});

it('says that it is paused, live or not', () => {
  expect(text({paused: true})).toMatch(/ PAUSED {2}LIVE $/);
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
    const connection = connectionWords({kind: 'connecting', attempt: 1}, 0, true);
    expect(text({pipeline: failed, connection})).toMatch(/ connecting $/);
  });
});

describe('a list that is not refreshed', () => {
  const stale: ListSnapshot = {...good, failure: unreachable, nextTryAt: 1};

  it('is shown with its age, in minutes: nothing ticks', () => {
    expect(text({list: stale, now: 59_000})).toContain('2 failing · list not refreshed');
    expect(text({list: stale, now: 300_000})).toContain('2 failing · list 5 min old');
    // An age in seconds would change with every frame.
    expect(text({list: stale, now: 100_000})).toContain('2 failing · list not refreshed');
  });

  it('is not old when it is good', () => {
    expect(text({now: 300_000})).not.toContain('old');
  });
});

it('is exactly as wide as the screen, and the right side is whole', () => {
  for (let width = 40; width <= 250; width++) {
    for (const utf8 of [true, false]) {
      const row = text({width, paused: true, pipeline: failed, symbols: symbolsFor(utf8), serverName: 'x'.repeat(60)});
      expect(textWidth(row)).toBe(width);
      expect(row).toMatch(/ PAUSED {2}LIVE [·-] Failed $/);
    }
  }
});

it('says what becomes of the recording, loudest when there is none', () => {
  const right = (recording: HeaderView['recording']) => headerText(view({recording})).text.trimEnd();
  const folder = '/var/log/orders';
  expect(right({kind: 'recording', folder, missedBytes: 0})).toMatch(/ REC {2}LIVE$/);
  expect(right({kind: 'stopped', why: 'the disk is full', since: 0, missedBytes: 0})).toMatch(/ NOT RECORDED {2}LIVE$/);
  expect(right({kind: 'read-only', folder, by: 7})).toMatch(/ recorded by another {2}LIVE$/);
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
  ['forbidden', 'list not refreshed'],
] as const)('of a list that is refused as %s, says what a person has to see to', (reason, words) => {
  const expired = {at: Date.UTC(2026, 10, 27, 7, 52), isRenewed: false};
  const failure: ApiFailure = {
    kind: 'fatal',
    reason,
    message: '',
    url: '',
    ...(reason === 'token-expired' && {expired}),
  };
  expect(text({list: {...good, failure, nextTryAt: 1}, width: 140})).toContain(` · ${words}`);
  const refused = {text: words, style: {}, countdown: false, isLive: false};
  expect(text({list: {...good, failure, nextTryAt: 1}, connection: refused})).toMatch(/ · list not ref/);
});

it('says the context in force before the host', () => {
  expect(text({context: 'prod'})).toMatch(/^ pipetail {2}prod {2}prod\.example\.com {2}3 pipelines/);
  expect(text({context: 'a\u001b[2J'})).not.toContain('\u001b');
  expect(text({context: 'x'.repeat(60)})).toMatch(/^ pipetail {2}x{23}… {2}prod/);
});
