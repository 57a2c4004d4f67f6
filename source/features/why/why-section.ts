import type {Finding, Severity} from '../../kit/facts/finding.ts';
import type {FailedCheckpoints} from '../../kit/facts/pipeline-facts.ts';
import {closePages, openAbout} from '../../kit/pages/page.ts';
import {marginCells} from '../../kit/pages/page-rows.ts';
import {itemBlock, type Section, stacked} from '../../kit/pages/sections.ts';
import {goToEntryOf} from '../../kit/screen/common.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {outageNow} from '../../kit/screen/server-state.ts';
import type {Described} from '../../kit/screen/services.ts';
import {wrapWords} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {pipelineState} from '../../kit/words/pipeline-words.ts';
import {fineMoment} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import type {CheckpointReader} from './checkpoint-reader.ts';
import {diagnose} from './diagnose.ts';
import {formatDetails} from './format-finding.ts';

const styles: Readonly<Record<Severity, Style>> = {
  failed: {fg: 1, bold: true},
  degraded: {fg: 3, bold: true},
  notice: {fg: 3},
  fine: {bold: true},
};
/** Cells in front of what belongs to a finding. */
const detailIndent = 5;

/** Diagnoses the described pipeline. */
export function describedWhy(
  screen: Screen,
  {name, answer}: Described,
  failedCheckpoints: FailedCheckpoints | undefined,
): readonly Finding[] {
  const detail = answer?.kind === 'detail' ? answer.detail : undefined;
  return diagnose(screen.events.facts(name, {detail, serverOutage: outageNow(screen), failedCheckpoints}));
}

type WhyView = {
  readonly described: Described;
  readonly width: number;
  readonly failedCheckpoints: FailedCheckpoints | undefined;
};

/** The first part of the page: why the pipeline is as it is. */
export function whySection(screen: Screen, {described, width, failedCheckpoints}: WhyView): Section {
  const all = describedWhy(screen, described, failedCheckpoints);
  const listed = screen.pipeline(described.name);
  const now = screen.services.clock.wall();
  const blocks = all.map((finding) => {
    const {key, severity, place} = finding;
    const isHealthy = severity === 'fine' && key === 'pipeline' && listed;
    const style = isHealthy ? {...pipelineState(listed).style, bold: true as const} : styles[severity];
    const rows = findingRows(finding, {style, width, now});
    return place?.entry !== undefined || place?.connector !== undefined ? itemBlock(key, rows) : {rows};
  });
  return {name: 'why', ...stacked(blocks)};
}

type RowForm = {readonly style: Style; readonly width: number; readonly now: number};

/** The sentence, its source and times beside it or below it, and what the guide says. */
function findingRows(finding: Finding, {style, width, now}: RowForm): readonly StyledText[] {
  const lines = wrapWords(finding.text, Math.max(10, width - marginCells - 1));
  const rows = lines.map((line) => concat([plain(' '.repeat(marginCells)), plain(line, style)]));
  const details = formatDetails(finding, (at) => fineMoment(at, now));
  const last = rows.at(-1);
  const besides = last && concat([last, plain(`  ${details}`, {dim: true})]);
  const {advice} = finding;
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

/** Returns what a finding leads to: its entry, while that is kept, else its connector; undefined: neither. */
export function whereTo(
  screen: Screen,
  checkpoints: Pick<CheckpointReader, 'state'>,
  key: string,
): 'entry' | 'connector' | undefined {
  return kindOf(placeOf(screen, checkpoints, key));
}

function kindOf({place, log}: ReturnType<typeof placeOf>): 'entry' | 'connector' | undefined {
  if (place?.entry !== undefined && log && place.entry >= log.buffer.firstId) return 'entry';
  return place?.connector === undefined ? undefined : 'connector';
}

/** Goes to the place of a finding in the log, or opens its connector. */
export function goToFinding(screen: Screen, checkpoints: Pick<CheckpointReader, 'state'>, key: string): void {
  const found = placeOf(screen, checkpoints, key);
  const {place, log} = found;
  const where = kindOf(found);
  if (where === 'entry' && place?.entry !== undefined && log) {
    closePages(screen);
    goToEntryOf(screen, log.name, place.entry);
  } else if (where === 'connector' && place?.connector !== undefined) openAbout(screen, 'connector', place.connector);
  else screen.say('this is no longer kept');
}

function placeOf(screen: Screen, checkpoints: Pick<CheckpointReader, 'state'>, key: string) {
  const described = screen.lookup.described.get();
  const all = described ? describedWhy(screen, described, checkpoints.state.get()) : [];
  const finding = all.find((each) => each.key === key);
  return {place: finding?.place, log: described && screen.services.logs.get(described.name)};
}
