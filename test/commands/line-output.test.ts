import {expect, it, vi} from 'vitest';
import {LineOutput} from '../../source/commands/line-output.ts';
import {SlowStream} from './slow-stream.ts';

it('is busy until everything was taken, and says when there is room', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.onRoom = vi.fn();
  expect(output.busy).toBe(false);
  output.write('one\n');
  output.write('two\n');
  expect(output.busy).toBe(true);
  await stream.take();
  expect(output.busy).toBe(true);
  expect(output.onRoom).not.toHaveBeenCalled();
  await stream.take();
  expect(output.busy).toBe(false);
  expect(output.onRoom).toHaveBeenCalledTimes(1);
  expect(stream.text).toBe('one\ntwo\n');
});

it('tells that nothing can be written any more, once and for all', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.onRoom = vi.fn();
  output.write('one\n');
  await stream.fail('EPIPE');
  expect(await output.closed).toMatchObject({code: 'EPIPE'});
  // Whoever prints on is not held up by it.
  expect(output.busy).toBe(false);
  output.write('two\n');
  expect(output.onRoom).not.toHaveBeenCalled();
  expect(stream.text).toBe('');
});

it('takes nothing more when the reader has gone, as if a write had failed', async () => {
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  output.readerGone();
  expect(await output.closed).toMatchObject({code: 'EPIPE'});
  output.write('one\n');
  expect(stream.writableLength).toBe(0);
  expect(output.busy).toBe(false);
});
