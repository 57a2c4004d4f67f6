import {expect, it} from 'vitest';
import {createStore} from '../../source/lib/store.ts';
import type {RecordingState} from '../../source/storage/recording-state.ts';
import {RecordingWatch} from '../../source/ui/recording-watch.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const recording: RecordingState = {kind: 'recording', folder: '/r', missedBytes: 0};
const stopped: RecordingState = {kind: 'stopped', why: 'the disk is full', since: 0, missedBytes: 0};

it('says when a recording stops and when it goes on, and nothing of what is as it should be', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders']});
  const stream = screen.manager.get('orders');
  if (!stream) throw new Error('no stream');
  const snapshot = createStore(stream.snapshot.get());
  Object.defineProperty(stream, 'snapshot', {value: snapshot});
  const said: string[] = [];
  const end = new RecordingWatch({manager: screen.manager, say: (text) => said.push(text)}).start();
  const become = (state: RecordingState | undefined) => snapshot.set({...snapshot.get(), recording: state});
  become({kind: 'opening'});
  become(recording);
  expect(said).toEqual([]);
  become(stopped);
  become({...stopped, missedBytes: 10});
  expect(said).toEqual(['orders: recording has stopped: the disk is full · trying again']);
  become({kind: 'opening'});
  become(recording);
  expect(said.at(-1)).toBe('orders: recording again · nothing was missed');
  end();
  become(stopped);
  expect(said).toHaveLength(2);
});
