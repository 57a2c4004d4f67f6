import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {bufferInfo, EventHistory} from '../../source/streams/log-source.ts';

test('keeps the last 20', () => {
  const history = new EventHistory();
  for (let at = 1; at <= 25; at++) history.add(at, `event ${at}`);
  expect(history.events).toHaveLength(20);
  expect(history.events[0]).toEqual({at: 6, text: 'event 6'});
});

test('repeats of one key take one line; another event between begins a new line', () => {
  const history = new EventHistory();
  history.add(1, 'try 1 failed', 'unreachable');
  history.add(2, 'try 2 failed', 'unreachable');
  history.add(3, 'live');
  history.add(4, 'try 1 failed', 'unreachable');
  expect(history.events.map(({at, text}) => [at, text])).toEqual([
    [2, 'try 2 failed'],
    [3, 'live'],
    [4, 'try 1 failed'],
  ]);
});

test('events without a key never replace each other', () => {
  const history = new EventHistory();
  history.add(1, 'live');
  history.add(2, 'live');
  expect(history.events).toHaveLength(2);
});

test('facts of a buffer stay as they were while it goes on', () => {
  const buffer = new LogBuffer({maxBytes: 1000});
  buffer.append(Buffer.from('a\nb'));
  const facts = bufferInfo(buffer);
  const {version} = buffer;
  buffer.append(Buffer.from('c\n'));
  expect(facts).toEqual({version, firstId: 0, endId: 2, lineCount: 2, byteLength: 3, droppedLines: 0});
});
