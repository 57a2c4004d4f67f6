import type {MissingPart} from '../../engine/pipelines/pipeline-history.ts';

const partWords: Readonly<Record<MissingPart['part'], string>> = {
  events: 'the events of the API',
  connectors: 'the errors of connectors',
  reasons: 'the reason of each failure',
  log: 'the end of the log',
};

/** Tells in one line what is missing. */
export function missingWords({part, why}: MissingPart): string {
  return `without ${partWords[part]}: ${why}`;
}

/** All that is missing in one line, with the cause of the first part; empty: nothing is. */
export function missingInShort(missing: readonly MissingPart[]): string {
  const [first] = missing;
  return first ? `without ${missing.map(({part}) => partWords[part]).join(' and ')}: ${first.why}` : '';
}
