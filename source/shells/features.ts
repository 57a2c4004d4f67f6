import {alerts} from '../features/alerts/alerts-feature.ts';
import {changes} from '../features/changes/changes-feature.ts';
import {connectors} from '../features/connectors/connectors-feature.ts';
import {contexts} from '../features/contexts/contexts-feature.ts';
import {copy} from '../features/copy/copy-feature.ts';
import {errors} from '../features/errors/errors-feature.ts';
import {filter} from '../features/filter/filter-feature.ts';
import {folds} from '../features/folds/folds-feature.ts';
import {help} from '../features/help/help-feature.ts';
import {histogram} from '../features/histogram/histogram-feature.ts';
import {jump} from '../features/jump/jump-feature.ts';
import {leave} from '../features/leave/leave-feature.ts';
import {lines} from '../features/lines/lines-feature.ts';
import {list} from '../features/list/list-feature.ts';
import {marks} from '../features/marks/marks-feature.ts';
import {merge} from '../features/merge/merge-feature.ts';
import {move} from '../features/move/move-feature.ts';
import {pipeline} from '../features/pipeline/pipeline-feature.ts';
import {place} from '../features/place/place-feature.ts';
import {record} from '../features/record/record-feature.ts';
import {recording} from '../features/recording/recording-feature.ts';
import {runs} from '../features/runs/runs-feature.ts';
import {search} from '../features/search/search-feature.ts';
import {tabs} from '../features/tabs/tabs-feature.ts';
import {timeline} from '../features/timeline/timeline-feature.ts';
import {why} from '../features/why/why-feature.ts';
import {savePrompt} from '../kit/copy/copy.ts';
import {keyTable} from '../kit/keys/remap-keys.ts';
import {joinFeatures} from '../kit/screen/screen.ts';

/** All features, in the order of their keys and pages in help and docs. A new one is a line here. */
export const features = joinFeatures([
  help,
  tabs,
  merge,
  pipeline,
  why,
  alerts,
  move,
  place,
  search,
  filter,
  jump,
  runs,
  folds,
  lines,
  connectors,
  histogram,
  record,
  copy,
  marks,
  errors,
  timeline,
  changes,
  contexts,
  leave,
  list,
  recording,
  // Of log and pages.
  {prompts: {save: savePrompt}},
]);

/** The keys of the screen, for the configuration file. */
export function screenKeys() {
  return keyTable(features.commands);
}
