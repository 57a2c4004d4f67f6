import type {Row} from './frame/row.ts';
import {rows as besideRows} from './rows/beside.ts';
import {rows as bytesRows} from './rows/bytes.ts';
import {rows as filterRows} from './rows/filter.ts';
import {rows as followRows} from './rows/follow.ts';
import {rows as holdRows} from './rows/holds.ts';
import {rows as ingestRows} from './rows/ingest.ts';
import {rows as keyRows} from './rows/keys.ts';
import {rows as listRows} from './rows/list.ts';
import {rows as openRows} from './rows/open.ts';
import {rows as quietRows} from './rows/quiet.ts';
import {rows as rssRows} from './rows/rss.ts';
import {rows as searchRows} from './rows/search.ts';
import {rows as startRows} from './rows/start.ts';

/** Every claim, in the order of the table. */
export const allRows: readonly Row[] = [
  ...besideRows,
  ...ingestRows,
  ...searchRows,
  ...filterRows,
  ...holdRows,
  ...startRows,
  ...openRows,
  ...followRows,
  ...bytesRows,
  ...quietRows,
  ...keyRows,
  ...rssRows,
  ...listRows,
];
