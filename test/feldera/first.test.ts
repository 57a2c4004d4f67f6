import {expect, test} from 'vitest';
import {felderaForAll, needsOwnServer, prepare} from './suite.ts';

const rig = felderaForAll();
prepare(async (at) => {
  await at.client.create(at.named('first'));
});

test('started, listed, and its lines read to the last', async (context) => {
  needsOwnServer(context);
  const {client} = rig();
  await client.run('first');
  const last = await client.control('first', {burst: 100, rate: 0});
  const list = await rig().run('list');
  expect(list.stdout).toMatch(/^first +Running/m);
  const {code, stdout} = await rig().run('logs', 'first');
  const numbers = [...stdout.matchAll(/\bseq=(\d+)/g)].map((match) => Number(match[1]));
  expect(code).toBe(0);
  expect(numbers).toEqual(Array.from({length: last ?? 0}, (_, index) => index + 1));
});
