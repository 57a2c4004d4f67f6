import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import {heightWithHistogram} from '../../kit/screen/layout.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {PaneHistogram} from './pane-histogram.ts';

export const histogram: Feature = {
  strip: {height: 1, of: (model, services) => new PaneHistogram(model, services)},
  keys: {
    'log: show': [
      {
        id: 'histogram',
        keys: ['s'],
        help: 'show or hide the histogram above the log',
        run(screen) {
          const {layout, size, tab} = screen;
          if (!tab || !layout) return;
          const isShown = layout.histogramRows > 0;
          if (!isShown && size.rows < heightWithHistogram) {
            screen.say(`the histogram needs a terminal of ${heightWithHistogram} rows`);
            return;
          }
          screen.setHistogram(!isShown);
          if (isShown) screen.say('histogram hidden');
          else sayHistogram(screen);
        },
      },
    ],
  },
};

/** Says what breaks in the histogram are, as soon as it is counted whether there are some. */
function sayHistogram(screen: Screen): void {
  const {dot, silence} = screen.services.symbols;
  const words = 'histogram above the log';
  const hasBreaks = (at: PaneOnScreen) =>
    at.strip instanceof PaneHistogram && at.strip.hasBreaks(at.tab.pane, at.layout);
  const sayBreaks = () => screen.say(`${words} ${dot} ${silence} is time without records`);
  screen.say(words);
  const model = screen.paneOnScreen?.model;
  // What another key waits for matters more.
  if (!model || model.isWaiting) return;
  model.waitUntil(() => {
    const at = screen.paneOnScreen;
    if (!at || at.model !== model || screen.state.notice !== words) return () => {};
    if (!model.isCounted) return undefined;
    return hasBreaks(at) ? sayBreaks : () => {};
  }, [screen.view]);
}
