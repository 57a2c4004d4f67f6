import {describe, expect, it, vi} from 'vitest';
import {visibleBytes} from '../../source/buffer/visible-text.ts';
import {lineAsSent, readLine} from '../../source/viewport/line-text.ts';

const textLine =
  '[pa] \u001B[2m2026-11-25T09:08:47.372844Z\u001B[0m \u001B[32m INFO\u001B[0m \u001B[2mdbsp_adapters::server\u001B[0m\u001B[2m:\u001B[0m  Started HTTP server';
const asSent = (line: string) => lineAsSent(Buffer.from(line));

describe('a line as sent', () => {
  it('keeps its text and turns its colours into styles', () => {
    const {text, runs} = asSent(textLine);
    expect(text).toBe('[pa] 2026-11-25T09:08:47.372844Z  INFO dbsp_adapters::server:  Started HTTP server');
    expect(runs.find((run) => text.slice(run.start, run.end) === ' INFO')?.style).toEqual({fg: 2});
  });

  it('shows invalid UTF-8, and a byte order mark, as what they are', () => {
    expect(lineAsSent(Buffer.from([0x61, 0xff, 0x62])).text).toBe('a\uFFFDb');
    expect(asSent('\uFEFFx').text).toBe('<U+FEFF>x');
  });

  it('is a record in JSON whose message is too long to be shown whole', () => {
    const keys = {fields: {message: 'é\n'.repeat(visibleBytes)}, level: 'ERROR', target: 'a::b'};
    const {record, asSent} = readLine(Buffer.from(JSON.stringify({...keys, timestamp: '2026-11-25T09:08:47.372844Z'})));
    expect(record).toMatchObject({level: 'ERROR', target: 'a::b', message: expect.stringMatching(/^é\né\n/)});
    expect(asSent.text.length).toBeLessThanOrEqual(visibleBytes);
  });

  it('decodes of a long line only what can be shown', () => {
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const {text} = lineAsSent(Buffer.alloc(2 * 1024 * 1024, 'x'));
    const decoded = decode.mock.calls.map(([input]) => input?.byteLength ?? 0);
    decode.mockRestore();
    expect(text).toHaveLength(visibleBytes);
    expect(decoded).toEqual([visibleBytes]);
  });
});

describe('the level of a line as sent', () => {
  const coloured = (line: string) => {
    const {text, runs} = readLine(Buffer.from(line)).asSent;
    return runs.map(({start, end, style}) => [text.slice(start, end), style.fg]);
  };

  it('is coloured where the server sent no colours', () => {
    expect(coloured('[pa] 2026-11-25T09:08:47.372844Z  WARN a::b:  WARN twice')).toEqual([['WARN', 3]]);
    expect(coloured('[multi host=0] 2026-11-25T09:08:47.372844Z ERROR a::b:  x')).toEqual([['ERROR', 1]]);
    const json =
      '{"timestamp":"2026-11-25T09:08:54.372488Z","level":"INFO","target":"INFO","fields":{"message":"INFO x"}}';
    expect(coloured(json)).toEqual([['INFO', 2]]);
    const sorted =
      '{"fields":{"level":"INFO","message":"é🚀 \\"level\\":\\"INFO\\""},"level":"INFO","target":"t","timestamp":"2026-11-25T09:08:54.372488Z"}';
    const [run] = readLine(Buffer.from(sorted)).asSent.runs;
    expect(sorted.slice((run?.start ?? 0) - 11)).toMatch(/^},"level":"INFO","target"/);
  });

  it('keeps the colour that the server gave it', () => {
    const own = '[pa] 2026-11-25T09:08:47.372844Z \u001B[35m INFO\u001B[0m a::b:  INFO';
    expect(coloured(own)).toEqual([[' INFO', 5]]);
  });

  it('is looked for in records only', () => {
    expect(coloured('an ERROR of a program')).toEqual([]);
    expect(readLine(Buffer.from('an ERROR of a program')).record).toBeUndefined();
  });
});
