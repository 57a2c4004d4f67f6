import {Writable} from 'node:stream';
import {expect, test} from 'vitest';
import {leaveOnOwnLine} from '../../source/screen/own-line.ts';

test('a line of its own in front of the main screen, and nothing else is changed', async () => {
  let seen = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      seen += chunk;
      done();
    },
  });
  const undo = leaveOnOwnLine(stdout as unknown as NodeJS.WriteStream);
  stdout.write('\u001B[?1049h frame');
  await new Promise<void>((resolve) => stdout.write('\u001B[?1049l', () => resolve()));
  expect(seen).toBe('\u001B[?1049h frame\r\n\u001B[?1049l');
  undo();
  stdout.write('\u001B[?1049l');
  expect(seen.endsWith('\u001B[?1049l\u001B[?1049l')).toBe(true);
});
