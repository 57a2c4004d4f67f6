import {expect, onTestFinished, test} from 'vitest';
import {ApiError} from '../../source/api/api-error.ts';
import type {ApiFailure, Session} from '../../source/api/types.ts';
import {ScreenSession} from '../../source/screen/session.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {ScreenUnderTest} from '../ui/screen-under-test.ts';

const tenant: Session = {tenantId: 'one', tenantName: 'one', role: 'read', memberships: 1};
const failed = (reason: 'timeout' | 'protocol') =>
  new ApiError({kind: 'retryable', reason, message: reason, url: ''} satisfies ApiFailure);

/** A start of the program on one server, which answers who asks as `answers` do, the last one for ever. */
async function start(folder: string, answers: readonly (Session | ApiError)[], names: readonly string[] = []) {
  const screen = await ScreenUnderTest.connected({names});
  onTestFinished(() => screen[Symbol.asyncDispose]());
  let asked = 0;
  const session = new ScreenSession({
    client: {
      baseUrl: 'http://feldera/',
      async getSession() {
        const answer = answers[Math.min(asked++, answers.length - 1)] ?? tenant;
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
    },
    clock: screen.clock,
    folder,
    processes: {pid: process.pid, isAlive: () => true, random: Math.random},
    fresh: false,
    typed: {},
    signal: new AbortController().signal,
  });
  const taken = session.takeUp(screen.controller);
  return {screen, session, taken};
}

async function keptTwo(folder: string): Promise<void> {
  const {session, taken} = await start(folder, [tenant], ['billing', 'orders']);
  await taken;
  session.capture();
  await session.close();
}

test('a server that says late who asks still brings the last session back', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session} = await start(home.path, [failed('timeout'), failed('timeout'), tenant]);
  await screen.until(() => screen.tabs.includes('orders'), 'the tabs of the last time');
  expect(screen.tabs.slice(0, 2)).toEqual(['billing', 'orders']);
  await session.close();
});

test('a server that does not know the question has one session for all', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session, taken} = await start(home.path, [failed('protocol')], ['fraud']);
  await taken;
  expect(screen.tabs).toEqual(['fraud']);
  session.capture();
  await session.close();
  const again = await start(home.path, [failed('protocol')]);
  await again.screen.until(() => again.screen.tabs.includes('fraud'), 'the tab of the last time');
  await again.session.close();
});
