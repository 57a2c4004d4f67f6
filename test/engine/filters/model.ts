import type {LogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Filter, FilterEntry} from '../../../source/engine/filters/filter.ts';
import {fingerprintOf} from '../../../source/engine/records/fingerprint.ts';
import {levels} from '../../../source/engine/records/level.ts';
import {panicText} from '../../../source/engine/records/panic.ts';
import {parseRecord} from '../../../source/engine/records/parse-record.ts';
import type {RecordIndex} from '../../../source/engine/records/record-index.ts';

/** What a pane must show, computed the slow and simple way from what the log holds. */
export type Model = {
  /** Shown rows. Lines of records whose head is not held are left out. */
  readonly rows: readonly number[];
  /** Heads of records. */
  readonly matches: readonly number[];
  readonly around: readonly number[];
  readonly refused: ReadonlyMap<number, number>;
  /** How many records the row of a head has. */
  readonly folded: ReadonlyMap<number, number>;
};

type ModelRecord = {readonly head: number; readonly lines: number[]; hasStrays: boolean};

export type ModelOptions = {
  readonly filters: readonly FilterEntry[];
  readonly around: number;
  readonly fold: boolean;
  readonly opened: ReadonlySet<number>;
  /** Whether a line is shown whose record's head is not held. */
  readonly showsOrphan: (id: number) => boolean;
};

export function modelOf(buffer: LogBuffer, index: RecordIndex, options: ModelOptions): Model {
  const {records, loose} = recordsOf(buffer, index);
  const filters = options.filters.filter(({on}) => on);
  const passes = (record: ModelRecord, filter: Filter) => passesFilter(buffer, index, record, filter);
  const refused = new Map(
    filters.map(({id, filter}) => [id, records.filter((record) => !passes(record, filter)).length]),
  );
  const isMatch = records.map((record) => filters.every(({filter}) => passes(record, filter)));
  const ranges = filters.map(({filter}) => filter).filter(({kind}) => kind === 'between');
  const isNear = records.map(
    (record, place) =>
      ranges.every((filter) => passes(record, filter)) &&
      isMatch.some((match, other) => match && Math.abs(other - place) <= options.around),
  );
  const shown = records.filter((_, place) => isMatch[place] || isNear[place]);
  const matches = new Set(records.filter((_, place) => isMatch[place]));
  const shownLoose = loose.filter((id) => {
    if (buffer.markerAt(id)) return ranges.every((filter) => filter.kind === 'between' && isIn(id, filter));
    const head = index.headOf(id);
    return head < buffer.firstId ? options.showsOrphan(id) : shown.some((record) => record.head === head);
  });
  const groups: ModelRecord[][] = [];
  for (const record of shown) {
    const last = groups.at(-1)?.at(-1);
    const joins =
      options.fold &&
      last !== undefined &&
      matches.has(last) === matches.has(record) &&
      !last.hasStrays &&
      !record.hasStrays &&
      !shownLoose.some((id) => id > last.head && id < record.head) &&
      fingerprintIn(buffer, last) === fingerprintIn(buffer, record);
    if (joins) groups.at(-1)?.push(record);
    else groups.push([record]);
  }
  const rows = groups.flatMap((group) => {
    const head = group[0]?.head ?? -1;
    return group.length > 1 && !options.opened.has(head) ? [head] : group.flatMap(({lines}) => lines);
  });
  const markers = shownLoose.filter((id) => buffer.markerAt(id));
  return {
    rows: [...rows, ...markers].toSorted((a, b) => a - b),
    matches: [...matches].map(({head}) => head),
    around: shown.filter((record) => !matches.has(record)).map(({head}) => head),
    refused,
    folded: new Map(
      groups.flatMap((group) =>
        group.map(({head}, place) => [head, place > 0 || options.opened.has(head) ? 1 : group.length] as const),
      ),
    ),
  };
}

function recordsOf(buffer: LogBuffer, index: RecordIndex): {records: ModelRecord[]; loose: number[]} {
  const records: ModelRecord[] = [];
  const loose: number[] = [];
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    if (buffer.markerAt(id)) loose.push(id);
    else if (index.headOf(id) === id) records.push({head: id, lines: [id], hasStrays: false});
    else {
      const record = records.find(({head}) => head === index.headOf(id));
      record?.lines.push(id);
      const last = records.at(-1);
      if (!last || last === record) continue;
      if (record) record.hasStrays = true;
      loose.push(id);
    }
  }
  return {records, loose};
}

function passesFilter(buffer: LogBuffer, index: RecordIndex, record: ModelRecord, filter: Filter): boolean {
  const {head, lines} = record;
  const textOf = (id: number) => buffer.lineAt(id)?.toString() ?? '';
  switch (filter.kind) {
    case 'text':
      return lines.some((id) => filter.pattern.test(textOf(id))) !== filter.out;
    case 'level':
      return levels.indexOf(index.levelAt(head) ?? 'INFO') >= levels.indexOf(filter.least) !== filter.out;
    case 'target': {
      const parsed = parseRecord(textOf(head));
      const targets = parsed ? [parsed.target, ...(parsed.source === 'manager' ? ['runner'] : [])] : [];
      return targets.some((target) => target.includes(filter.text)) !== filter.out;
    }
    case 'fingerprint':
      return fingerprintIn(buffer, record) !== filter.fingerprint;
    case 'between':
      return isIn(head, filter);
  }
}

function isIn(id: number, {from, to}: {readonly from: number; readonly to: number | undefined}): boolean {
  return id >= from && id < (to ?? Number.POSITIVE_INFINITY);
}

/** That of the first line with text, of a panic with its message. */
function fingerprintIn(buffer: LogBuffer, {lines}: ModelRecord): number {
  const texts = lines.map((id) => buffer.lineAt(id) ?? Buffer.of());
  const first = texts.findIndex((text) => text.toString().trim() !== '');
  const text = texts[Math.max(0, first)] ?? Buffer.of();
  if (!text.toString().startsWith("thread '")) return fingerprintOf(text);
  const next = texts[first + 1];
  return fingerprintOf(panicText(text, next));
}
