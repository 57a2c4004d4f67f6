import {expect, it} from 'vitest';
import {logged} from '../screen/reading.ts';
import {ScreenUnderTest} from '../screen/screen-under-test.ts';

it.each([
  ['while nobody watches', false],
  ['while somebody watches', true],
])('an outage of the server has one beginning, which is not before its last sign, %s', async (_, isAttended) => {
  await using screen = await ScreenUnderTest.connected({
    names: ['a'],
    scenario: (server) => server.addPipeline('a').start(),
  });
  const {events} = screen.controller;
  const {snapshot} = screen.poller;
  await screen.until(() => events.readings.of('a')?.kind === 'followed', 'the log');
  screen.facts.setAttended(isAttended);
  await screen.clock.advance(9500);
  const write = (text: string) => screen.server.pipeline('a').write(logged(0, 'INFO', text));
  write('the last line');
  await screen.untilLine('a', 'the last line');
  await screen.clock.advance(500);
  const lastSign = screen.logs.get('a')?.snapshot.get().receivedAt ?? Number.NaN;
  const killedAt = screen.clock.wall();
  await screen.server.stopApi();
  const row = () => events.errorRows.find(({kind}) => kind === 'disconnected');
  await screen.until(() => row() !== undefined && snapshot.get().failure !== undefined, 'what is told of it');
  const {goodAt} = snapshot.get();
  expect(goodAt).toBeGreaterThanOrEqual(Math.max(lastSign, killedAt));
  // A server that ends may take a connection once more, and cut that, too.
  expect((goodAt ?? Number.NaN) - (row()?.at ?? Number.NaN)).toBeLessThan(2000);
  expect(row()?.at).toBeGreaterThanOrEqual(lastSign);
  expect(row()?.at).toBeLessThanOrEqual(goodAt ?? Number.NaN);
});

it('a server that answers, but has no list, had its list until the last one', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['a'],
    scenario: (server) => server.addPipeline('a').start(),
  });
  const {snapshot} = screen.poller;
  await screen.until(() => screen.controller.events.readings.of('a')?.kind === 'followed', 'the log');
  const before = screen.clock.wall();
  screen.facts.setAttended(false);
  screen.server.refuse({kind: 'unreachable', of: 'list', times: 3});
  screen.server.pipeline('a').write(logged(0, 'INFO', 'a line'));
  await screen.untilLine('a', 'a line');
  await screen.until(() => snapshot.get().failure !== undefined, 'the failure');
  expect(snapshot.get().goodAt).toBeLessThanOrEqual(before);
});
