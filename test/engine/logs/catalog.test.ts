import {expect, it} from 'vitest';
import {noServer} from '../../../source/engine/api/no-server.ts';
import {pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import {openedLog} from '../../../source/engine/feeds/opened-log.ts';
import {Catalog, type OpenFound} from '../../../source/engine/logs/catalog.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';

const past = {kind: 'recording', name: 'a (recorded)', path: '/none', recordings: []} as const;
const open: OpenFound = (found, options) => openedLog(found, options);
const rest = {goodAt: undefined, failure: undefined, nextTryAt: undefined};

function managerOf(catalog: Catalog) {
  const options = {client: noServer(), clock: new FakeClock(), random: () => 0, fps: 1000, scrollbackBytes: 2 ** 20};
  return new LogManager(options, catalog);
}

it('of a server lists its pipelines; what was found is opened beside them, and has no other name', () => {
  const list = createStore({...rest, pipelines: [makePipeline('a'), makePipeline('b')]});
  const catalog = new Catalog({list, ...pipelineLogs});
  catalog.set(past, open);
  expect(catalog.listed).toBe(list.get().pipelines);
  expect([catalog.hasServer, catalog.noun]).toEqual([true, 'pipeline']);
  const manager = managerOf(catalog);
  const names = ['a', past.name, 'unknown'];
  const servers = names.map((name) => manager.open(name).capabilities.hasServer);
  expect(servers).toEqual([true, false, true]);
  manager.updatePipelines([makePipeline(past.name)]);
  expect(manager.names.get()).toEqual(names);
  manager.dispose();
});

it('without a server lists what was found, each under a name of its own, and has nothing else', () => {
  const catalog = new Catalog();
  expect([catalog.hasServer, catalog.noun, catalog.listed]).toEqual([false, 'log', []]);
  catalog.add([past, past], open);
  expect(catalog.listed?.map(({name}) => name)).toEqual(['a (recorded)', 'a (recorded) (2)']);
  expect(catalog.listed).toBe(catalog.listed);
  expect(() => managerOf(catalog).open('b')).toThrow('no log is called b');
});

it('says of several logs as one what at least one can be asked', () => {
  const catalog = new Catalog({list: createStore({...rest, pipelines: undefined}), ...pipelineLogs});
  expect(catalog.listed).toBeUndefined();
  catalog.set(past, open);
  catalog.set({kind: 'stdin', name: 'stdin', path: '-'}, open);
  expect(catalog.capabilitiesOf(['a'])).toMatchObject({hasServer: true, recordable: true, canReopen: true});
  const [live, files] = [
    ['a', past.name],
    [past.name, 'stdin'],
  ].map((names) => catalog.capabilitiesOf(names));
  expect(live).toEqual({hasServer: true, recordable: false, canReopen: true, isRecorded: false});
  expect(files).toEqual({hasServer: false, recordable: false, canReopen: false, isRecorded: false});
  expect(catalog.capabilitiesOf(['stdin'])).toMatchObject({canReopen: false, readFrom: 'stdin'});
});
