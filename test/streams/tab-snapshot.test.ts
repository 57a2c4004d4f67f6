import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {bufferFacts} from '../../source/streams/tab-snapshot.ts';

test('facts of a buffer stay as they were while it goes on', () => {
  const buffer = new LogBuffer({maxBytes: 1000});
  buffer.append(Buffer.from('a\nb'));
  const facts = bufferFacts(buffer);
  const {version} = buffer;
  buffer.append(Buffer.from('c\n'));
  expect(facts).toEqual({version, firstId: 0, endId: 2, lineCount: 2, byteLength: 3, droppedLines: 0});
});
