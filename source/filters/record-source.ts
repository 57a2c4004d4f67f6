import type {RecordIndex} from '../records/record-index.ts';

/** What filters and folds ask of the records of a log. */
export type RecordSource = Pick<RecordIndex, 'step' | 'settledTo' | 'headOf' | 'linesOf' | 'levelAt'>;
