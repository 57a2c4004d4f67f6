import {expect, test} from 'vitest';
import {serverName} from '../../../source/storage/recording/index-file.ts';
import {Recordings} from '../../../source/storage/recording/recordings.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const [one, another] = [serverName('http://a', undefined), serverName('http://a', 'acme')];

test('the newest recording of a name is never that of another server; one that names none may be ours', async () => {
  await using home = await temporaryDirectory();
  const clock = new FakeClock();
  const processes = {pid: 1, isAlive: () => true, random: Math.random};
  const recordingsOf = (server?: string) => {
    return new Recordings({
      directory: home.path,
      maxBytes: 1e9,
      clock,
      processes,
      ...(server !== undefined && {server}),
    });
  };
  const begin = async (recordings: Recordings, id: string) => {
    await clock.advance(1);
    await (await recordings.open('p', id)).release();
  };
  const newest = () => Promise.all([one, another, 'http://c', undefined].map((of) => recordingsOf(of).newestId('p')));
  await begin(recordingsOf(one), 'id-1');
  await begin(recordingsOf(another), 'id-2');
  expect(await newest()).toEqual(['id-1', 'id-2', undefined, 'id-2']);
  await begin(recordingsOf(), 'id-3');
  expect(await newest()).toEqual(['id-3', 'id-3', 'id-3', 'id-3']);
});
