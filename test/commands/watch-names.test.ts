import {expect, it} from 'vitest';
import {ApiError} from '../../source/api/api-error.ts';
import {watchNames} from '../../source/commands/watch-names.ts';
import {readNames} from '../../source/settings/name-pattern.ts';
import {eventually} from '../harness/eventually.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {withServer} from './with-server.ts';

const {patterns} = readNames(['ord*']);

it('asks once, and answers the names that match', async () => {
  await withServer(['orders', 'fraud', 'order-2'], async (client) => {
    const seen: (readonly string[])[] = [];
    const {signal} = new AbortController();
    const options = {patterns, client, clock: new FakeClock(), follow: false, signal, note: () => {}};
    await watchNames({...options, onNames: (names) => seen.push(names)});
    expect(seen).toEqual([['orders', 'order-2']]);
  });
});

it('goes on for those that come later, and through a server that is away, which it says once', async () => {
  await withServer(['orders'], async (client, server) => {
    const clock = new FakeClock();
    const end = new AbortController();
    const notes: string[] = [];
    let last: readonly string[] = [];
    const onNames = (names: readonly string[]) => {
      last = names;
    };
    const note = (text: string) => notes.push(text);
    const done = watchNames({patterns, client, clock, follow: true, signal: end.signal, onNames, note});
    const after = async (what: () => boolean) => {
      await eventually(
        async () => {
          await clock.advance(2_000);
          return what();
        },
        () => `${last} ${notes}`,
      );
    };
    await after(() => last.length === 1);
    server.addPipeline('order-2');
    await after(() => last.length === 2);
    server.refuse({kind: 'web-console', of: 'all', times: 2});
    await after(() => notes.length === 1);
    server.addPipeline('order-3');
    await after(() => last.length === 3);
    expect(notes).toEqual([expect.stringMatching(/ · trying again$/)]);
    end.abort();
    await done;
  });
});

it('a first question that fails is a failure', async () => {
  await withServer([], async (client, server) => {
    server.refuse({kind: 'web-console', of: 'all', times: 1});
    const {signal} = new AbortController();
    const options = {patterns, client, clock: new FakeClock(), signal, onNames: () => {}, note: () => {}};
    await expect(watchNames({...options, follow: true})).rejects.toThrow(ApiError);
  });
});
