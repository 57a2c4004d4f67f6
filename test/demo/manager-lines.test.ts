import {describe, expect, it} from 'vitest';
import {discardNotice, freshStart, managerLine} from '../../source/demo/manager-lines.ts';
import {recording} from './recording.ts';

describe('managerLine', () => {
  it('in text is that of recording 01, an entry of two lines included', () => {
    const body = recording('01-catchup-live-restart-delete-clean-end.raw').body.toString();
    const pipelineId = '01a211f6-8dde-7e41-ac40-f027c41a63a0';
    const first = managerLine('text', '2026-11-25T09:08:20.574729Z', {
      level: 'INFO',
      module: 'pipeline_logs',
      message: freshStart,
      pipelineId,
      pipelineName: 'N/A',
    });
    expect(body.startsWith(`${first}\n`)).toBe(true);
    const twoLines = managerLine('text', '2026-11-25T09:08:22.547670Z', {
      level: 'ERROR',
      module: 'pipeline_automata',
      message: 'Pipeline could not be stopped (will retry): first line\nsecond line of the same message',
      pipelineId,
      pipelineName: 'demo',
    });
    expect(body).toContain(`\n${twoLines}\n`);
  });

  it('in JSON is that of recording 03a', () => {
    const line = managerLine('json', '2026-11-25T09:11:55.389779Z', {
      level: 'ERROR',
      module: 'pipeline_automata',
      message: 'Resources error: Pipeline process exited prematurely with exit status: 101',
      pipelineId: '01a211f9-d2ce-70b3-9019-7c515fd8aa2a',
      pipelineName: 'js',
    });
    expect(recording('03a-json-manager-lines.raw').body.toString()).toContain(`\n${line}\n`);
  });

  it('is that of recordings 40 and 41, of older servers', () => {
    const names = {pipelineId: '', pipelineName: ''};
    const first = managerLine('bare', '2026-11-27T07:19:39.841638Z', {
      ...{level: 'INFO', module: 'pipeline_logs', message: freshStart},
      ...names,
    });
    expect(recording('41e-v0.100-log-start-stop.raw').body.toString().split('\n')[0]).toBe(first);
    const notice = managerLine('control-plane', '2026-11-27T07:17:47.269360Z', {
      ...{level: 'WARN', module: 'pipeline_logs', message: discardNotice(12_545)},
      ...names,
    });
    expect(recording('40f-v0.200-discard-notice.raw').body.toString().split('\n')[0]).toBe(notice);
  });

  it('gives the discard notice of recordings 02 and 03b', () => {
    const text = managerLine('text', '2026-11-25T09:08:29.436638Z', {
      level: 'WARN',
      module: 'pipeline_logs',
      message: discardNotice(48_237),
      pipelineId: '01a211f6-ad18-7320-9da6-eb125a61157b',
      pipelineName: 'N/A',
    });
    expect(recording('02-discard-notice-text-head.raw').body.toString().split('\n')[0]).toBe(text);
    const json = managerLine('json', '2026-11-25T09:12:01.653433Z', {
      level: 'WARN',
      module: 'pipeline_logs',
      message: discardNotice(54_537),
      pipelineId: '01a211f9-ea11-7fc2-a4af-ea8e59b2e910',
      pipelineName: 'N/A',
    });
    expect(recording('03b-json-discard-notice-head.raw').body.toString().split('\n')[0]).toBe(json);
  });
});
