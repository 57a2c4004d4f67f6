import type {Feature, KeyRow} from '../../kit/screen/screen.ts';
import {nameOf} from '../../kit/settings/option.ts';
import {paneOptionsFrom} from '../../kit/settings/option-table.ts';
import {paneRows} from '../../kit/settings/pane-option-table.ts';

export const lines: Feature = {keys: {'log: show': paneRows.map(keyOf)}};

function keyOf({key, ...row}: (typeof paneRows)[number]): KeyRow {
  const name = nameOf(row.flag);
  const choices: readonly unknown[] = 'choices' in row ? row.choices : [false, true];
  const says: Readonly<Record<string, string>> = 'says' in key ? key.says : {};
  return {
    ...key,
    id: row.flag,
    run(screen) {
      const {tab} = screen;
      if (!tab) return;
      if (name === 'time' && tab.pane.asSent) {
        screen.sayHint('lines are shown as sent, with their own times', 'as-sent', 'show them compact');
        return;
      }
      const next = choices[(choices.indexOf(tab.pane[name]) + 1) % choices.length];
      screen.changePane(paneOptionsFrom({...tab.pane, [name]: next}));
      const said = says[String(next)];
      if (said !== undefined) screen.say(said);
    },
  };
}
