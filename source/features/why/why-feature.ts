import type {Finding} from '../../kit/facts/finding.ts';
import {MilestoneReader, milestonesOf} from '../../kit/journal/milestones.ts';
import {closePages, openAbout} from '../../kit/pages/page.ts';
import {marginCells} from '../../kit/pages/page-rows.ts';
import {itemBlock, type Section, stacked} from '../../kit/pages/sections.ts';
import {goToEntryOf, indexNamed} from '../../kit/screen/common.ts';
import type {Feature, PipelinePart, Screen} from '../../kit/screen/screen.ts';
import {outageNow} from '../../kit/screen/server-state.ts';
import type {Described} from '../../kit/screen/services.ts';
import {wrapWords} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {pipelineState} from '../../kit/words/pipeline-words.ts';
import {fineMoment} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import {diagnose} from './diagnose.ts';
import {formatDetails} from './format-finding.ts';

const styles: Readonly<Record<Finding['severity'], Style>> = {
  failed: {fg: 1, bold: true},
  degraded: {fg: 3, bold: true},
  notice: {fg: 3},
  fine: {bold: true},
};
/** Cells in front of what belongs to a finding. */
const detailIndent = 5;

/** Diagnoses the described pipeline. */
function describedWhy(screen: Screen, {name, answer}: Described): readonly Finding[] {
  const detail = answer?.kind === 'detail' ? answer.detail : undefined;
  const log = screen.services.logs.get(name);
  const runFrom = indexNamed(screen, name)?.runs.at(-1)?.firstId ?? log?.errors.connectors.firstId ?? 0;
  const failedCheckpoints = log && milestonesOf(log.buffer).failedCheckpoints(runFrom);
  return diagnose(screen.events.facts(name, {detail, serverOutage: outageNow(screen), failedCheckpoints}));
}

/** The first part of the page: why the pipeline is as it is. */
function whySection(screen: Screen, described: Described, width: number): Section {
  const all = describedWhy(screen, described);
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

/** The sentence, its source and times beside it or below it, and what the guide says. */
function findingRows(
  finding: Finding,
  {style, width, now}: {readonly style: Style; readonly width: number; readonly now: number},
): readonly StyledText[] {
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
function targetOf(screen: Screen, key: string) {
  const described = screen.lookup.described.get();
  const {place} = (described && describedWhy(screen, described).find((each) => each.key === key)) ?? {};
  const log = described && screen.services.logs.get(described.name);
  if (log && place?.entry !== undefined && place.entry >= log.buffer.firstId)
    return {log: log.name, entry: place.entry};
  return place?.connector === undefined ? undefined : {connector: place.connector};
}

/** Goes to the place of a finding in the log, or opens its connector. */
function goToFinding(screen: Screen, key: string): void {
  const target = targetOf(screen, key);
  if (!target) screen.say('this is no longer kept');
  else if (target.entry === undefined) openAbout(screen, 'connector', target.connector);
  else {
    closePages(screen);
    goToEntryOf(screen, target.log, target.entry);
  }
}

/** It reads the log for checkpoints that failed. */
const whyPart: PipelinePart<MilestoneReader> = {
  name: 'why',
  above: 'state',
  start: ({services}) => new MilestoneReader(services.clock),
  section: (screen, described, {width}) => whySection(screen, described, width),
  read: (screen, kept, pipeline) => kept.start(screen.services.logs.get(pipeline), () => indexNamed(screen, pipeline)),
  goTo: (screen, _, key) => goToFinding(screen, key),
  isConnector: (screen, _, key) => targetOf(screen, key)?.connector !== undefined,
  described: (screen, described) => ({facts: findingFacts(describedWhy(screen, described))}),
  redrawnBy: ({changes}) => [changes],
};

export const why: Feature = {parts: [whyPart]};

/** The cells of a finding's parts, each by the name of its fact. */
function findingFacts(findings: readonly Finding[]): readonly (readonly [name: string, value: string])[] {
  return findings.flatMap((finding) => {
    const {key, text, advice} = finding;
    return [
      [key === 'pipeline' ? 'state' : 'why', `${text} (${formatDetails(finding)})`] as const,
      ...(advice ? [["Feldera's guide", `${advice.sentence} · ${advice.address}`] as const] : []),
    ];
  });
}
