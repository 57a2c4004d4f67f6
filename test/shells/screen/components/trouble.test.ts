import {describe, expect, it, test} from 'vitest';
import type {ApiFailure, FatalReason, Pipeline, RetryableReason} from '../../../../source/engine/api/types.ts';
import type {CommandTable} from '../../../../source/kit/keys/commands.ts';
import {remap} from '../../../../source/kit/keys/remap-keys.ts';
import {createStore} from '../../../../source/lib/store.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {features} from '../../../../source/shells/features.ts';
import {type TroubleScreen, troublePage} from '../../../../source/shells/screen/components/app.tsx';
import {makePipeline} from '../../../kit/screen/make-pipeline.ts';

const fatal = (reason: FatalReason): ApiFailure => ({kind: 'fatal', reason, message: 'what came back'});
const retryable = (reason: RetryableReason): ApiFailure => ({
  kind: 'retryable',
  reason,
  message: 'what came back',
});

type Change = Partial<TroubleScreen['services']> & {
  readonly commands?: CommandTable;
  readonly context?: string;
  readonly width?: number;
  readonly height?: number;
  readonly now?: number | undefined;
  readonly waited?: string;
};

function pageOf(
  failure: ApiFailure | undefined,
  pipelines: readonly Pipeline[] | undefined,
  change: Change = {},
): string[] | undefined {
  const {
    commands = features.commands,
    context,
    width = 80,
    height = 20,
    now,
    waited,
    ...services
  } = {now: 1000, ...change};
  const list = {pipelines, goodAt: undefined, failure, nextTryAt: failure && 4500};
  const screen: TroubleScreen = {
    commands,
    size: {columns: width, rows: height},
    layout: {bodyHeight: height},
    services: {
      poller: {snapshot: createStore(list)},
      serverUrl: 'http://prod.example.com/feldera',
      tokenFrom: undefined,
      ...(context !== undefined && {contexts: {current: context}}),
      ...services,
    },
  };
  return troublePage(screen, {now, waited})?.map((row) => row.text);
}

test.each<[ApiFailure, string, string]>([
  [retryable('unreachable'), 'The server cannot be reached', '--host URL or the variable FELDERA_HOST'],
  [retryable('timeout'), 'The server cannot be reached', 'Is Feldera running there?'],
  [retryable('server-error'), 'The server answers with an error', 'This may be temporary.'],
  [retryable('protocol'), 'The server answers with an error', 'This may be temporary.'],
  [fatal('unauthorized'), 'The server requires credentials', '--auth or the variable FELDERA_API_KEY'],
  [fatal('token-expired'), 'The token has expired', 'Give a new token with --auth or the variable FELDERA_API_KEY'],
  [fatal('forbidden'), 'Not permitted', 'may not read pipelines here'],
  [fatal('unknown-tenant'), 'Which tenant?', '--tenant or the variable FELDERA_TENANT'],
  [
    {...fatal('no-token'), renewedBy: 'command'} as ApiFailure,
    'There is no token to log in with',
    'runs again automatically',
  ],
  [fatal('wrong-url'), 'This is not the Feldera API', 'the base URL comes before /v0'],
  [fatal('certificate'), 'The certificate is not trusted', 'Is this the right host?'],
  [fatal('bad-request'), 'The server refuses the request', 'what came back'],
])('%j', (failure, title, advice) => {
  const rows = pageOf(failure, undefined);
  const all = rows?.join(' ').replaceAll(/\s+/g, ' ');
  expect(rows?.[1]).toBe(`  ${title}`);
  expect(all).toContain('Tried: GET http://prod.example.com/feldera/v0/pipelines');
  expect(all).toContain('what came back');
  expect(all).toContain(advice);
  expect(all).toContain('Trying again in 4 s; press r to try at once, q to quit.');
});

test('a proxy that stands in the way is not a server that is not there', () => {
  const message = 'the proxy p:3128 from HTTPS_PROXY does not lead to prod.example.com (403)';
  const rows = pageOf({kind: 'retryable', reason: 'unreachable', message}, undefined);
  expect(rows?.[1]).toBe('  The proxy does not lead to the server');
  expect(rows?.join(' ')).toContain('NO_PROXY');
  expect(rows?.join(' ')).not.toContain('Is Feldera running there?');
});

test('the demo is named where nobody has said which server', () => {
  const words = (serverUrl: string) => pageOf(retryable('unreachable'), undefined, {serverUrl})?.join(' ');
  expect(words('http://localhost:8080')).toContain('pipetail --demo');
  expect(words('http://localhost:8081')).not.toContain('--demo');
});

describe('an empty list', () => {
  it('says what to do', () => {
    const all = pageOf(undefined, [])?.join(' ');
    expect(all).toContain('No pipelines yet');
    expect(all).toContain('answered with an empty list');
    expect(all).toContain('Create a pipeline');
    expect(all).not.toContain('Trying again');
  });
});

describe('there is no trouble', () => {
  it.each<[string, ApiFailure | undefined, readonly Pipeline[] | undefined]>([
    ['before the first answer', undefined, undefined],
    ['with a list', undefined, [makePipeline('orders')]],
    ['with a list that is not refreshed', retryable('unreachable'), [makePipeline('orders')]],
    ['when it was cancelled', {kind: 'cancelled'}, undefined],
  ])('%s', (_, failure, pipelines) => {
    expect(pageOf(failure, pipelines)).toBeUndefined();
  });
});

it('counts down to now, and not below', () => {
  const at = (now: number | undefined) => pageOf(retryable('unreachable'), undefined, {now})?.at(-1);
  expect(at(4400)).toContain('in 1 s');
  expect(at(4500)).toContain('Trying again now');
  expect(at(9000)).toContain('Trying again now');
  expect(at(undefined)).toContain('Trying again now and then');
});

it('says how long the try in progress has waited', () => {
  const rows = pageOf(retryable('timeout'), undefined, {waited: '4 s', width: 104});
  expect(rows?.at(-1)).toBe(
    '  Trying again: waiting for the list of pipelines, 4 s; press r to try at once, q to quit.',
  );
});

it('fits every screen, and lets no control character through', () => {
  const message = `\u001B]0;x\u0007 ${'word '.repeat(60)}`;
  const failure: ApiFailure = {kind: 'retryable', reason: 'unreachable', message};
  for (const width of [40, 53, 80, 250]) {
    const rows = pageOf(failure, undefined, {width}) ?? [];
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(width);
    expect(rows.join('')).not.toMatch(/\p{Cc}/u);
  }
});

it('names where refused credentials came from', () => {
  const page = pageOf(fatal('unauthorized'), undefined, {tokenFrom: 'FELDERA_API_KEY'})?.join('\n');
  expect(page).toContain('Those from FELDERA_API_KEY were refused.');
  expect(pageOf(fatal('unauthorized'), undefined)?.join('\n')).not.toContain('were refused');
});

it('names where a token that has expired came from, and that a command makes another', () => {
  const failure = {...fatal('token-expired'), expired: {at: 0}, renewedBy: 'command'} as ApiFailure;
  const page = pageOf(failure, undefined, {tokenFrom: '--auth-token-command'})?.join('\n');
  expect(page).toContain('It came from --auth-token-command.');
  expect(page).toContain('The token command runs again automatically.');
  expect(page).not.toContain('Give a new');
});

it('says of a token from a file that the file is read again', () => {
  const failure = {...fatal('no-token'), renewedBy: 'file'} as ApiFailure;
  expect(pageOf(failure, undefined)?.join('\n')).toContain('The file is read again for each request.');
});

it('of a context, advises what can be done in the context', () => {
  const at = '[contexts.prod] of the configuration file';
  const advice = (failure: ApiFailure) => pageOf(failure, undefined, {context: 'prod', width: 104})?.join('\n') ?? '';
  expect(advice(fatal('unauthorized'))).toContain(`auth in ${at}`);
  expect(advice(fatal('unknown-tenant'))).toContain(`--tenant or tenant in ${at}`);
  expect(advice(retryable('unreachable'))).toContain(`host in ${at}`);
  expect(advice(fatal('unauthorized'))).not.toContain('FELDERA_');
});

it('names the keys of the user', () => {
  const {table} = remap(features.commands, [{command: 'reconnect', keys: ['^R'], where: ''}]);
  expect(pageOf(retryable('timeout'), undefined, {commands: table})?.join('\n')).toContain(
    'press ^R to try at once, q to quit.',
  );
});

it('leaves out blank rows and the request, rather than the advice, where rows are scarce', () => {
  const rows = (height: number) => pageOf(retryable('unreachable'), undefined, {height, width: 45}) ?? [];
  const all = rows(20).length;
  expect(rows(all)).toHaveLength(all);
  const dense = rows(all - 1);
  expect(dense).toHaveLength(all - 3);
  const few = rows(dense.length - 1);
  expect(few.join(' ')).not.toContain('Tried');
  expect(few.at(-1)).toContain('quit.');
});
