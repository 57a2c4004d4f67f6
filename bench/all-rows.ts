import type {Row} from './frame/row.ts';
import {rows as besideRows} from './rows/beside.ts';
import {rows as bytesRows} from './rows/bytes.ts';
import {rows as filterRows} from './rows/filter.ts';
import {rows as followRows} from './rows/follow.ts';
import {rows as holdRows} from './rows/holds.ts';
import {rows as ingestRows} from './rows/ingest.ts';
import {rows as keyRows} from './rows/keys.ts';
import {rows as listRows} from './rows/list.ts';
import {rows as memoryRows} from './rows/memory.ts';
import {rows as openRows} from './rows/open.ts';
import {rows as packedRows} from './rows/packed.ts';
import {rows as pipelineRows} from './rows/pipelines.ts';
import {rows as quietRows} from './rows/quiet.ts';
import {rows as resizeRows} from './rows/resize.ts';
import {rows as rssRows} from './rows/rss.ts';
import {rows as searchRows} from './rows/search.ts';
import {rows as startRows} from './rows/start.ts';
import {rows as tabRows} from './rows/tabs.ts';

/** Beside programs that a machine may lack: a table of their own. */
export {besideRows};

/** Every claim, in the order of the tables. */
export const allRows: readonly Row[] = [
  ...besideRows,
  ...ingestRows,
  ...memoryRows,
  ...packedRows,
  ...searchRows,
  ...filterRows,
  ...holdRows,
  ...resizeRows,
  ...startRows,
  ...openRows,
  ...followRows,
  ...bytesRows,
  ...quietRows,
  ...keyRows,
  ...rssRows,
  ...tabRows,
  ...pipelineRows,
  ...listRows,
];
