import type {Log} from '../../engine/logs/log.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {Finding, Severity} from '../../kit/facts/finding.ts';
import type {FailedCheckpoints} from '../../kit/facts/pipeline-facts.ts';
import {closePages, openAbout} from '../../kit/pages/page.ts';
import {marginCells} from '../../kit/pages/page-rows.ts';
import {itemBlock, type Section, stacked} from '../../kit/pages/sections.ts';
import {goToEntryOf} from '../../kit/screen/common.ts';
import type {Feature, PipelinePart, Screen} from '../../kit/screen/screen.ts';
import {outageNow} from '../../kit/screen/server-state.ts';
import type {Described} from '../../kit/screen/services.ts';
import {wrapWords} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {pipelineState} from '../../kit/words/pipeline-words.ts';
import type {Clock} from '../../lib/clock.ts';
import {fineMoment} from '../../lib/format.ts';
import {readAsItGrows} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {textWidth} from '../../lib/width.ts';
import {CheckpointFailures} from './checkpoint-failures.ts';
import {diagnose} from './diagnose.ts';
import {formatDetails} from './format-finding.ts';

type ReadLog = Pick<Log, 'buffer' | 'errors'> & {readonly snapshot: Pick<Log['snapshot'], 'subscribe'>};

/** Reads an open log for checkpoints that failed, in slices, while a page tells of them. */
export class CheckpointReader {
  readonly #clock: Clock;
  readonly #changes = createStore<FailedCheckpoints | undefined>(undefined);
  /** Failures found so far. */
  readonly state: ReadableStore<FailedCheckpoints | undefined>;
  #failures: CheckpointFailures | undefined;
  #log: ReadLog | undefined;
  #leave = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.state = {get: () => this.#failures?.found, subscribe: this.#changes.subscribe};
  }

  /** Until `stop` or another log. `index`: of its records, which tell where the newest run begins. */
  start(log: ReadLog | undefined, index: () => RecordIndex | undefined): void {
    if (log === this.#log) return;
    this.stop();
    this.#log = log;
    this.#failures = undefined;
    if (!log) return;
    const {buffer, errors} = log;
    const runFrom = () => index()?.runs.at(-1)?.firstId ?? errors.connectors.firstId;
    const reading = new CheckpointFailures(buffer, runFrom);
    this.#failures = reading;
    this.#leave = readAsItGrows(log, {
      clock: this.#clock,
      step(maxBytes) {
        // A log that was not shown yet has no runs.
        const isIndexed = index()?.step(maxBytes) !== false;
        return reading.step(maxBytes) && isIndexed;
      },
      onSlice: () => this.#changes.set(reading.found),
    });
  }

  stop(): void {
    this.#leave();
    this.#leave = () => {};
    this.#log = undefined;
  }
}

const styles: Readonly<Record<Severity, Style>> = {
  failed: {fg: 1, bold: true},
  degraded: {fg: 3, bold: true},
  notice: {fg: 3},
  fine: {bold: true},
};
/** Cells in front of what belongs to a finding. */
const detailIndent = 5;

/** Diagnoses the described pipeline. */
function describedWhy(
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
function whySection(screen: Screen, {described, width, failedCheckpoints}: WhyView): Section {
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
function whereTo(
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
function goToFinding(screen: Screen, checkpoints: Pick<CheckpointReader, 'state'>, key: string): void {
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

/** It reads the log for checkpoints that failed. */
const whyPart: PipelinePart<CheckpointReader> = {
  name: 'why',
  above: 'state',
  start: ({services}) => new CheckpointReader(services.clock),
  section: (screen, described, {kept, width}) =>
    whySection(screen, {described, width, failedCheckpoints: kept.state.get()}),
  read(screen, kept, pipeline) {
    kept.start(screen.services.logs.get(pipeline), () => {
      const tab = screen.state.tabs.find((each) => each.name === pipeline);
      return tab && screen.indexOf(tab);
    });
  },
  goTo: goToFinding,
  isConnector: (screen, kept, key) => whereTo(screen, kept, key) === 'connector',
  described: (screen, described, kept) => ({facts: findingFacts(describedWhy(screen, described, kept.state.get()))}),
  redrawnBy: ({state}) => [state],
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
