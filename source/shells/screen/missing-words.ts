import {zoneOf} from '../../kit/state/pane-view.ts';
import {markerText} from '../../kit/words/markers.ts';
import {clean} from '../../lib/clean.ts';
import {counted, inZone, moment} from '../../lib/format.ts';
import type {Controller} from './controller.ts';

/**
 * What is missing of a pipeline at the current entry of a merged log: `orders: nothing until 21:17 · 21,238 earlier entries
 * no longer held by the server`. Undefined: nothing, as far as is known.
 */
export function missingWords({paneAt, services}: Controller): string | undefined {
  const {current, model, tab} = paneAt ?? {};
  const {merge} = model?.source ?? {};
  const [gap, ...others] = (current !== undefined && merge?.missingAt(current)) || [];
  if (!gap) return undefined;
  const {origin, until, marker} = gap;
  const offsetAt = zoneOf(tab?.pane, services.offsetAt);
  const now = services.clock.wall();
  const name = clean(merge?.names[origin] ?? '');
  const end = until === undefined ? 'here' : `until ${moment(inZone(until, offsetAt), inZone(now, offsetAt))}`;
  const more = others.length > 0 ? ` · ${counted(others.length, 'more gap', 'more gaps')}` : '';
  return `${name}: nothing ${end} · ${markerText(marker, offsetAt)}${more}`;
}
