import type {Controller} from './controller.ts';
import type {TabLabel} from './tab-bar.ts';
import type {Tab} from './view-state.ts';

/** The tabs as the bar shows them now. */
export function tabLabels(controller: Controller): readonly TabLabel[] {
  const {tabs, active} = controller.state;
  return tabs.map((tab) => tabLabel(controller, tab, tab.name === active));
}

function tabLabel(controller: Controller, tab: Tab, active: boolean): TabLabel {
  const snapshot = controller.source(tab)?.snapshot.get();
  const connectorErrors = controller.pipeline(tab.name)?.connectorErrors ?? 0;
  const correction = controller.attention.correction(tab.merges ?? [tab.name]);
  const newErrors = snapshot ? snapshot.errorCount - tab.seen.errors + correction : 0;
  const kind = snapshot?.connection.kind;
  return {
    name: tab.name,
    kept: tab.kept,
    active,
    fresh: !active && (snapshot?.endId ?? 0) > tab.seen.endId,
    errors: active ? 0 : Math.max(0, newErrors) + Math.max(0, connectorErrors - tab.seen.connectorErrors),
    offline: kind === 'waiting' || kind === 'gone' || kind === 'ended',
  };
}
