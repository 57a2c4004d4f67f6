import {describe, expect, it, vi} from 'vitest';
import {compactnessFor, lineAsSent, lineCompact, shownBytes} from '../../source/viewport/line-text.ts';
import {messageOf, sampleFiles, sampleLines} from './samples.ts';

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

  it('decodes of a long line only what can be shown', () => {
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const {text} = lineAsSent(Buffer.alloc(2 * 1024 * 1024, 'x'));
    const decoded = decode.mock.calls.map(([input]) => input?.byteLength ?? 0);
    decode.mockRestore();
    expect(text).toHaveLength(shownBytes);
    expect(decoded).toEqual([shownBytes]);
  });
});

describe('the compact form', () => {
  const compact = (line: string, width: number) => lineCompact(asSent(line), compactnessFor(width)).text;

  it('has time, level, last part of the target and message where there is room', () => {
    expect(compact(textLine, 64)).toBe('09:08:47.372 INFO  server      Started HTTP server');
  });

  it('loses first the target, then the milliseconds', () => {
    expect(compact(textLine, 63)).toBe('09:08:47.372 INFO  Started HTTP server');
    expect(compact(textLine, 43)).toBe('09:08:47 INFO  Started HTTP server');
  });

  it('keeps the host of a pipeline that runs on several', () => {
    const line = '[multi host=1] 2026-11-25T09:08:47.372844Z ERROR dbsp::circuit:  lost';
    expect(compact(line, 100)).toBe('09:08:47.372 ERROR 1 circuit   lost');
  });

  it('leaves out the id and name at the end of the lines of the runner', () => {
    const line =
      '[manager] 2026-11-25T09:08:47.069619Z  INFO pipeline_manager::runner: Fresh start pipeline-id="01a2" pipeline-name="N/A"';
    expect(compact(line, 100)).toBe('09:08:47.069 INFO  runner      Fresh start');
  });

  it('takes a JSON line apart, its fields behind the message', () => {
    const line = JSON.stringify({
      timestamp: '2026-11-25T09:08:47.372844Z',
      level: 'WARN',
      target: 'dbsp_adapters::server',
      'feldera-service': 'pipeline',
      'pipeline-name': 'pa',
      fields: {message: 'slow disk', path: '/var', ms: 12},
    });
    expect(compact(line, 100)).toBe('09:08:47.372 WARN  server      slow disk path=/var ms=12');
  });

  it('is the line as sent where it does not parse', () => {
    for (const line of ["thread 'dbsp-worker-0' (25963) panicked at a.rs:1:2:", '', '  3: main', '{"a": 1}']) {
      const sent = asSent(line);
      expect(lineCompact(sent, 'full')).toBe(sent);
    }
  });

  it('lets no escape sequence out of JSON, wherever it stands', () => {
    const evil = 'x\u001B]52;c;aGk=\u0007';
    const line = JSON.stringify({
      timestamp: `2026-11-25T${evil}`,
      level: 'INFO',
      target: evil,
      'pipeline-name': evil,
      fields: {message: evil, [evil]: evil},
    });
    for (const width of [24, 53, 100]) expect(compact(line, width)).not.toMatch(/\p{Cc}/u);
  });

  it('keeps the colours of the message', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  one \u001B[31mtwo\u001B[0m';
    const {text, runs} = lineCompact(asSent(line), 'full');
    expect(runs.filter((run) => run.style.fg === 1).map((run) => text.slice(run.start, run.end))).toEqual(['two']);
  });
});

describe.each(sampleFiles)('the lines of %s', (file) => {
  const lines = sampleLines(file);

  it('lose nothing of their messages', () => {
    let looked = 0;
    for (const line of lines) {
      const message = messageOf(line);
      if (message === undefined || /[^ -~]/.test(message)) continue;
      looked += 1;
      const shown = lineCompact(lineAsSent(line), 'full').text;
      expect(shown).toContain(message.replace(/ pipeline-id="[^"]*" pipeline-name="[^"]*"$/, ''));
    }
    expect(looked).toBeGreaterThan(4);
  });
});
