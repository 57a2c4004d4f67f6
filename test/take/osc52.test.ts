import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {osc52, osc52Limit} from '../../source/take/osc52.ts';

/** What a terminal finds in the sequence, and what it shows of it. */
async function readBack(sequence: string): Promise<{clipboard: Buffer | undefined; shown: string}> {
  const terminal = new xterm.Terminal({allowProposedApi: true});
  let clipboard: Buffer | undefined;
  terminal.parser.registerOscHandler(52, (data) => {
    const [selection, base64] = data.split(';');
    if (selection === 'c') clipboard = Buffer.from(base64 ?? '', 'base64');
    return true;
  });
  await new Promise<void>((resolve) => terminal.write(sequence, resolve));
  const shown = terminal.buffer.active.getLine(0)?.translateToString(true) ?? '';
  terminal.dispose();
  return {clipboard, shown};
}

test.for([
  ['text', Buffer.from('one\ntwo\n')],
  ['nothing', Buffer.of()],
  ['control characters, the ends of sequences among them', Buffer.from('\u0007\u001B\\\u001B[31m\u009C\u0000')],
  ['what is no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x0a])],
  ['wide characters', Buffer.from('日本語 🦀\n')],
] as const)('a terminal reads back: %s', async ([, text]) => {
  expect(await readBack(osc52(text))).toEqual({clipboard: Buffer.from(text), shown: ''});
});

test('the longest text makes a sequence of 100,000 bytes, and a terminal takes it whole', async () => {
  const text = Buffer.alloc(osc52Limit, 'abc\n');
  const sequence = osc52(text);
  expect(sequence).toHaveLength(100_000);
  expect((await readBack(sequence)).clipboard?.equals(text)).toBe(true);
});

test('a part of a larger array is sent as that part', () => {
  const whole = Buffer.from('before text after');
  expect(osc52(whole.subarray(7, 11))).toBe(osc52(Buffer.from('text')));
});
