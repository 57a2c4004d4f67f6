import {expect} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';

export const time = '2026-11-25T09:08:47.372844Z';
const suffix = 'pipeline-id="01a211f6-f55d-79e0-b45a-f8d056b00774" pipeline-name="p"';

/** A head of a pipeline's line in text form. */
export function head(message: string, level = 'INFO', at = time): string {
  return `[p] ${at} ${level.padStart(5)} dbsp_adapters::server:  ${message}`;
}

/** A line of a pipeline in JSON. */
export function json(message: string, level = 'INFO', at = time): string {
  const names = {'feldera-service': 'pipeline', 'pipeline-name': 'p', 'pipeline-id': '1'};
  return JSON.stringify({timestamp: at, level, target: 'dbsp_adapters::server', ...names, fields: {message}});
}

/** An entry of the runner in text form; of several lines where the message has newlines. */
export function runner(message: string, level = 'INFO', at = time): string {
  return `[manager] ${at} ${level.padStart(5)} pipeline_manager::runner::pipeline_automata: ${message} ${suffix}`;
}

/** An entry of the runner in JSON. */
export function runnerJson(message: string, level = 'INFO', at = time): string {
  const names = {'feldera-service': 'runner', 'pipeline-name': 'p', 'pipeline-id': '1'};
  const target = 'pipeline_manager::runner::pipeline_automata';
  return JSON.stringify({timestamp: at, level, target, ...names, fields: {line: message}});
}

export const start = 'Resources transition: stopped -> provisioning (desired: provisioned)';
export const stopped = 'Resources transition: stopping -> stopped (desired: stopped)';

/** A buffer with the text, and its complete index. */
export function indexText(text: string): {buffer: WritableLogBuffer; index: RecordIndex} {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 30});
  buffer.append(Buffer.from(text));
  const index = new RecordIndex(buffer);
  while (!index.step(1 << 20));
  return {buffer, index};
}

/** What each line belongs to: the places of the first lines, and the levels. */
export function recordsOf(lines: readonly string[]): {heads: number[]; levels: (string | undefined)[]} {
  const {index} = indexText(`${lines.join('\n')}\n`);
  const ids = lines.map((_, id) => id);
  return {heads: ids.map((id) => index.headOf(id)), levels: ids.map((id) => index.levelAt(id))};
}

/** Lines, each with the letter of its record; a letter's first line begins it. */
export function expectRecords(table: readonly (readonly [record: string, line: string])[]): void {
  const {heads} = recordsOf(table.map(([, line]) => line));
  const records = table.map(([record]) => record);
  expect(heads.map((id) => records[id])).toEqual(records);
  expect(heads).toEqual(records.map((record) => records.indexOf(record)));
}

/** All that an index has about the held entries. */
export function contentOf(buffer: WritableLogBuffer, index: RecordIndex): readonly unknown[] {
  const content: unknown[] = [index.table.errors, index.runs.map((run) => ({...run}))];
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const head = index.headOf(id);
    content.push({id, head, level: index.levelAt(id), time: index.timeAt(id), lines: index.linesOf(head)});
  }
  return content;
}
