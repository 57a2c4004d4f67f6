import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {ReadableStore} from '../lib/store.ts';
import type {TabSnapshot} from './tab-snapshot.ts';

/** What a pane shows a log of: a pipeline's stream, or several of them merged. */
export type LogSource = {
  readonly name: string;
  readonly buffer: LogBuffer;
  readonly snapshot: ReadableStore<TabSnapshot>;
  /** Puts a dated line at the end of the log. */
  readonly drawLine: () => void;
  /** Names of the pipelines whose logs are merged here. */
  readonly sourceNames?: readonly string[];
  /** Index into `sourceNames` of the pipeline that an entry is of. */
  readonly originAt?: (id: number) => number | undefined;
};
