import {expect, it} from 'vitest';
import {parsePipelineDetail} from '../../../source/engine/api/parse-pipeline.ts';
import {statsSteps} from '../../../source/engine/api/parse-stats.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import {newlinesIn} from '../../../source/engine/buffer/segment.ts';
import {configurationSteps} from '../../../source/engine/program/configuration.ts';
import {excerptOf} from '../../../source/engine/program/program-excerpt.ts';
import {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {changesObject, changesTextSteps, runFacts} from '../../../source/features/changes/changes-words.ts';
import {comparedRuns, RunCounter} from '../../../source/features/changes/run-changes.ts';
import {timelineObject} from '../../../source/features/timeline/print-timeline.ts';
import {timelineText} from '../../../source/features/timeline/timeline-words.ts';
import {Alerts, alertObject} from '../../../source/kit/journal/alerts.ts';
import {timelineOf} from '../../../source/kit/journal/timeline.ts';
import {MarkdownReport} from '../../../source/kit/viewport/markdown.ts';
import {pipelineErrors} from '../../../source/kit/words/pipeline-words.ts';
import {jsonText} from '../../../source/lib/json.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {pipelineObject} from '../../../source/shells/commands/list.ts';
import {head, indexText, json, runner, start, stopped} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {plantedTexts, showsPlanted} from '../../lib/planted.ts';
import {errorsOf} from './statuses.ts';

// A credential of any form, in what a log, the API, a program or a configuration says, is in nothing that pipetail makes of it.

const texts = plantedTexts.filter((_, at) => at % 4 === 0);

/** The texts of which this shows something. */
function shownOf(makeOf: (text: string) => string): readonly string[] {
  return texts.filter((text) => showsPlanted(makeOf(text)));
}

/** A record in JSON, and in text if it has one line. */
function linesOf(text: string): readonly string[] {
  return text.includes('\n') ? [json(text, 'ERROR')] : [json(text, 'ERROR'), head(text, 'ERROR')];
}

it('there are many forms', () => expect(texts.length).toBeGreaterThan(600));

it('an alert, for the user and for a command', async () => {
  const alertOf = (text: string) => {
    const sent: string[] = [];
    for (const line of linesOf(text)) {
      const [group] = errorsOf([line]).values();
      if (!group) throw new Error('no group');
      const event = {kind: 'errors', pipeline: 'a', from: 'log', count: 1, group, ends: group, isNew: true} as const;
      sent.push(jsonText(alertObject({pipeline: 'a', kind: 'error', event, more: 0}, {server: '', now: 0})));
      const alerts = new Alerts({clock: new FakeClock(), notify: (words) => sent.push(words)});
      alerts.tell([event]);
      alerts.flush();
      alerts.dispose();
    }
    expect(sent.length).toBeGreaterThan(1);
    return sent.join('\n');
  };
  expect(shownOf(alertOf)).toEqual([]);
});

it('the changes between two runs, as text and as JSON', () => {
  const changesOf = (text: string) => {
    const lines = [runner(start), head('hello'), runner(stopped), runner(start), ...linesOf(text), runner(stopped)];
    const {buffer, index} = indexText(`${lines.join('\n')}\n`);
    const counter = new RunCounter({buffer, index});
    while (!counter.step(1 << 20));
    const [older, newer] = counter.runs;
    if (!older || !newer) throw new Error('no two runs');
    const compared = comparedRuns({pipeline: 'a', older, newer});
    expect(compared.changes.length).toBeGreaterThan(0);
    return `${runAtOnce(changesTextSteps(compared, runFacts(compared, undefined)))}${jsonText(changesObject(compared))}`;
  };
  expect(shownOf(changesOf)).toEqual([]);
});

it('the history of a pipeline, as text and as JSON', () => {
  const historyOf = (text: string) => {
    const bytes = Buffer.from(`${[runner(start), ...linesOf(text)].join('\n')}\n`);
    const {buffer, index} = indexText(bytes.toString());
    const errors = new ErrorLog({buffer, wall: () => 0});
    errors.append(bytes, newlinesIn(bytes));
    const stats = undefined;
    const history = {events: [], details: new Map(), stats, missing: []};
    const timeline = {
      pipeline: 'p',
      events: timelineOf({pipeline: 'p', history, log: {buffer, index, errors}}),
      missing: [],
    };
    return `${timelineText(timeline, 0)}${jsonText(timelineObject(timeline))}`;
  };
  expect(historyOf('any words')).toContain('any words');
  expect(shownOf(historyOf)).toEqual([]);
});

it('what the API says of a pipeline and its connectors', () => {
  const answerOf = (text: string) => {
    const detail = parsePipelineDetail(
      new ServerJson({
        ...{name: 'a', description: text, deployment_status: 'Stopped'},
        deployment_error: {message: text, error_code: 'X', details: {error: text, config: {password: [text]}}},
        deployment_runtime_status_details: {reason: text},
        program_error: {sql_compilation: {messages: [{message: text, snippet: text}]}, system_error: text},
      }),
    );
    const error = {timestamp: '', index: 1, message: text};
    const input = {
      endpoint_name: 'b',
      fatal_error: text,
      parse_errors: [error],
      health: {status: 'Bad', description: text},
    };
    const stats = runAtOnce(statsSteps(new ServerJson({global_metrics: {}, inputs: [input], outputs: []})));
    if (!detail) throw new Error('no pipeline');
    const {programError} = detail;
    const shown = [pipelineObject(detail, {why: undefined, programError}), pipelineErrors(detail, programError), stats];
    return JSON.stringify([...shown, detail]);
  };
  expect(answerOf('any words')).toContain('"message":"any words"');
  expect(shownOf(answerOf)).toEqual([]);
});

it('a report for an issue, and the lines of a program around a place', () => {
  const reportOf = (text: string) => {
    const report = new MarkdownReport();
    for (const line of [...linesOf(text), ...text.split('\n')]) report.add(Buffer.from(line));
    const facts = {pipeline: 'a', server: '', span: undefined, filters: [], gaps: []};
    const program = `create table a (\n id int\n) with (\n${text}\n);`;
    return `${runAtOnce(report.finish(facts))}${JSON.stringify(excerptOf(program, {kind: 'position', line: 5, column: 1}))}`;
  };
  expect(shownOf(reportOf)).toEqual([]);
});

it('a configuration, wherever it is in it', () => {
  const shownIn = (text: string) => {
    const inputs = {
      'a.b': {transport: {name: 'x', config: {topic: text, path: text, uri: text, mode: text, note: [text]}}},
    };
    return runAtOnce(configurationSteps(JSON.stringify({inputs}, undefined, 2))) ?? '';
  };
  expect(shownIn('orders')).toContain('"topic": "orders"');
  expect(shownOf(shownIn)).toEqual([]);
});
