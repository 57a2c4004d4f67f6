import {readFileSync} from 'node:fs';
import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {endpointIn, identicalIn, suppressedIn} from '../../../source/engine/records/suppressed.ts';
import {parseExchange} from '../../harness/raw-client.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

const time = '2026-11-27T05:56:10.280718Z';
const text = (level: string, message: string) => `[orders] ${time} ${level} dbsp_adapters::server:  ${message}`;
const colour = (level: string, message: string) =>
  `[orders] \u001b[2m${time}\u001b[0m \u001b[32m ${level}\u001b[0m \u001b[2mdbsp_adapters::server\u001b[0m\u001b[2m:\u001b[0m  ${message}`;
const json = (level: string, message: string) =>
  JSON.stringify({timestamp: time, level, target: 'dbsp_adapters::server', fields: {message}});
const limiter = "Suppressed 177 'my-orders.bad-text_event_err' errors in the last 6.00s (most recently, 0.00s ago) due";

describe.each([
  ['text', text],
  ['colour', colour],
  ['JSON', json],
])('in %s', (_, line) => {
  it('a line of the limiter has connector, tag and number', () => {
    expect(suppressedIn(Buffer.from(line('INFO', limiter)))).toEqual({
      ...{name: 'my-orders.bad-text_event_err', count: 177},
    });
  });

  it('an error has its connector', () => {
    const endpoint = (words: string) => endpointIn(Buffer.from(line('ERROR', words)));
    expect(endpoint("parse error on input endpoint 'my-orders.bad': x 'y'")).toBe('my-orders.bad');
    expect(endpoint("encode error on output endpoint 'v.out': x")).toBe('v.out');
    expect(endpoint("FATAL error on input endpoint 'v.out': x")).toBe('v.out');
    expect(endpoint("no endpoint 'x'")).toBeUndefined();
  });

  it('an error of the Kafka client has its number', () => {
    const count = (words: string) => identicalIn(Buffer.from(line('ERROR', words)));
    expect(count('FAIL: refused (after 2ms in state CONNECT, 30 identical error(s) suppressed)')).toBe(30);
    expect(count('FAIL: refused (after 2ms in state CONNECT)')).toBe(0);
  });
});

it.each([
  ['another level', text('ERROR', limiter)],
  ['no number', text('INFO', "Suppressed many 'a-b' errors in the last 6.00s")],
  ['other words', text('INFO', "Suppressed 7 'a-b' warnings")],
  ['no end of the name', text('INFO', "Suppressed 7 'a-b")],
])('a line that only resembles one of the limiter counts nothing: %s', (_, line) => {
  expect(suppressedIn(Buffer.from(line))).toBeUndefined();
});

it('in the log of a real pipeline, all that it tells is counted', () => {
  const body = parseExchange(readFileSync(new URL('../../wire/27-logs-real-pipeline.raw', import.meta.url)))?.body;
  const log = body ?? Buffer.of();
  const sink = new LogSink({buffer: {maxBytes: 8e6}, clock: {wall: () => 0}});
  const {errors} = sink;
  sink.append(...withNewlines(log));
  const told = [...stripVTControlCharacters(log.toString()).matchAll(/Suppressed (\d+) '/g)];
  const sum = told.reduce((total, [, count]) => total + Number(count), 0);
  expect(sum).toBeGreaterThan(100);
  expect([...errors.byKey.values()].reduce((total, {suppressed}) => total + suppressed, 0)).toBe(sum);
});
