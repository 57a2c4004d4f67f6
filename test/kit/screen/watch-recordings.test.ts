import {expect, it} from 'vitest';
import type {RecordingState} from '../../../source/engine/recording/recorder.ts';
import {watchRecordings} from '../../../source/kit/screen/watch-recordings.ts';
import {createStore} from '../../../source/lib/store.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const recording: RecordingState = {kind: 'recording', folder: '/r', fromId: 0, bytes: 0, missedBytes: 0};
const stopped: RecordingState = {kind: 'stopped', why: 'the disk is full'};

it('a recording that stops and continues is reported, and nothing while all is well', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders']});
  const stream = screen.logs.get('orders');
  if (!stream) throw new Error('no stream');
  const snapshot = createStore(stream.snapshot.get());
  Object.defineProperty(stream, 'snapshot', {value: snapshot});
  const said: string[] = [];
  const end = watchRecordings(screen.logs, (text) => said.push(text));
  const become = (state: RecordingState) => snapshot.set({...snapshot.get(), recording: state});
  become({kind: 'opening'});
  become(recording);
  expect(said).toEqual([]);
  become(stopped);
  become({...stopped});
  expect(said).toEqual(['orders: recording has stopped: the disk is full · trying again']);
  become({kind: 'opening'});
  become(recording);
  expect(said.at(-1)).toBe('orders: recording again · nothing was missed');
  end();
  become(stopped);
  expect(said).toHaveLength(2);
});
