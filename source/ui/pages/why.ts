import type {FailedCheckpoints} from '../../events/checkpoint-failures.ts';
import type {Severity, Statement} from '../../events/statement.ts';
import {detailWords} from '../../events/statement-words.ts';
import {logFacts, whyOf} from '../../events/why.ts';
import {fineMoment} from '../../lib/format.ts';
import {wrapWords} from '../../terminal/fit.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import {pipelineState} from '../../words/pipeline.ts';
import type {CheckpointReader} from '../checkpoint-reader.ts';
import type {Controller} from '../controller.ts';
import {goToEntryOf} from '../handlers/move.ts';
import type {Described} from '../services.ts';
import type {OpenPage} from '../state/page.ts';
import {describedConnectors, noAnswerNow, openConnector} from './connector.ts';
import {closePages} from './page.ts';
import {marginCells} from './page-rows.ts';
import {itemBlock, type Section, stacked} from './sections.ts';

const styles: Readonly<Record<Severity, Style>> = {
  failed: {fg: 1, bold: true},
  degraded: {fg: 3, bold: true},
  notice: {fg: 3},
  fine: {bold: true},
};
/** Cells in front of what belongs to a statement. */
const detailIndent = 5;

/** Which page tells why a pipeline is as it is: it reads the log for checkpoints that failed. */
type WhyPage = OpenPage & {readonly checkpoints: Pick<CheckpointReader, 'state'>};

/** How the described pipeline is; see `whyOf`. */
export function describedWhy(
  controller: Controller,
  {name, answer}: Described,
  failedCheckpoints: FailedCheckpoints | undefined,
): readonly Statement[] {
  const detail = answer?.kind === 'detail' ? answer.detail : undefined;
  const listed = controller.pipeline(name);
  if (listed) {
    const isSame = detail?.programStatus === listed.programStatus;
    const programError = isSame ? detail.programError : undefined;
    const {memoryLimit} = detail ?? {};
    const noAnswer = noAnswerNow(controller);
    return controller.events.why(name, {programError, memoryLimit, noAnswer, failedCheckpoints});
  }
  const {stats, logs} = controller.services;
  const known = stats.known.get().get(name);
  const log = logs.get(name);
  return whyOf({
    ...{pipeline: detail, hasProcess: known !== undefined, known},
    ...{connectors: describedConnectors(controller), log: log && logFacts(log), reading: undefined, failedCheckpoints},
  });
}

type WhyView = {
  readonly described: Described;
  readonly width: number;
  readonly failedCheckpoints: FailedCheckpoints | undefined;
};

/** The first part of the page: why the pipeline is as it is. */
export function whySection(controller: Controller, {described, width, failedCheckpoints}: WhyView): Section {
  const all = describedWhy(controller, described, failedCheckpoints);
  const listed = controller.pipeline(described.name);
  const now = controller.services.clock.wall();
  const blocks = all.map((statement) => {
    const {key, severity, place} = statement;
    const isHealthy = severity === 'fine' && key === 'pipeline' && listed;
    const style = isHealthy ? {...pipelineState(listed).style, bold: true as const} : styles[severity];
    const rows = statementRows(statement, {style, width, now});
    return place?.entry !== undefined || place?.connector !== undefined ? itemBlock(key, rows) : {rows};
  });
  return {name: 'why', ...stacked(blocks)};
}

type RowForm = {readonly style: Style; readonly width: number; readonly now: number};

/** The sentence, its source and times beside it or below it, and what the guide says. */
function statementRows(statement: Statement, {style, width, now}: RowForm): readonly StyledText[] {
  const lines = wrapWords(statement.text, Math.max(10, width - marginCells - 1));
  const rows = lines.map((line) => concat([plain(' '.repeat(marginCells)), plain(line, style)]));
  const details = detailWords(statement, (at) => fineMoment(at, now));
  const last = rows.at(-1);
  const besides = last && concat([last, plain(`  ${details}`, {dim: true})]);
  const {advice} = statement;
  return [
    ...(besides && textWidth(besides.text) < width
      ? [...rows.slice(0, -1), besides]
      : [...rows, ...indented(details, width, {dim: true})]),
    ...(advice ? [...indented(`Feldera's guide: ${advice.sentence}`, width), ...indented(advice.address, width)] : []),
  ];
}

function indented(text: string, width: number, style: Style = {}): readonly StyledText[] {
  return wrapWords(text, Math.max(10, width - detailIndent - 1)).map((line) =>
    plain(`${' '.repeat(detailIndent)}${line}`, style),
  );
}

/** Where a statement leads: its entry, while that is kept, else its connector. */
export function whereTo(controller: Controller, page: WhyPage, key: string): 'entry' | 'connector' | undefined {
  const {place, log} = placeOf(controller, page, key);
  if (place?.entry !== undefined && log && place.entry >= log.buffer.firstId) return 'entry';
  return place?.connector === undefined ? undefined : 'connector';
}

/** Goes to the place of a statement in the log, or opens its connector. */
export function goToStatement(controller: Controller, page: WhyPage, key: string): void {
  const {place, log} = placeOf(controller, page, key);
  const where = whereTo(controller, page, key);
  if (where === 'entry' && place?.entry !== undefined && log) {
    closePages(controller);
    goToEntryOf(controller, log.name, place.entry);
  } else if (where === 'connector' && place?.connector !== undefined) openConnector(controller, page, place.connector);
  else controller.say('this is no longer kept');
}

function placeOf(controller: Controller, {checkpoints}: WhyPage, key: string) {
  const described = controller.lookup.described.get();
  const all = described ? describedWhy(controller, described, checkpoints.state.get()) : [];
  const statement = all.find((each) => each.key === key);
  return {place: statement?.place, log: described && controller.services.logs.get(described.name)};
}
