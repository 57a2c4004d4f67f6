import {Box} from 'ink';
import {pageShown, storesOfPage} from '../../../kit/pages/page-driver.ts';
import type {Layout} from '../../../kit/screen/layout.ts';
import {promptInUse} from '../../../kit/state/view-state.ts';
import {clip} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import type {StyledText} from '../../../kit/terminal/styled-text.ts';
import {useNow, useSeconds, useWaited} from '../hooks/use-clock.ts';
import {useController, usePageStores, useStore} from '../hooks/use-controller.ts';
import {useActiveLog} from '../hooks/use-stream-manager.ts';
import {Body} from './body.tsx';
import {FilterLine} from './filter-line.tsx';
import {Footer} from './footer.tsx';
import {Header} from './header.tsx';
import {PromptLine} from './prompt-line.tsx';
import {Rows} from './rows.tsx';
import {StatusLine} from './status-line.tsx';
import {useTabLabels} from './tab-bar.ts';
import {troubleShown} from './trouble.ts';

export function Screen({layout}: {readonly layout: Layout}) {
  const {view} = useController();
  return (
    <Box flexDirection="column">
      <Header />
      {view.page ? <PageBody layout={layout} /> : <Main layout={layout} />}
      {view.page ? null : <Bottom hasFilters={layout.hasFilters} />}
      <Footer />
    </Box>
  );
}

/** `place`: which part of a page is shown. */
function Bottom({hasFilters, place}: {readonly hasFilters: boolean; readonly place?: StyledText}) {
  const prompt = promptInUse(useController().view);
  return (
    <>
      {hasFilters ? <FilterLine /> : null}
      {prompt ? <PromptLine prompt={prompt} /> : <StatusLine place={place} />}
    </>
  );
}

function PageBody({layout}: {readonly layout: Layout}) {
  const {controller} = useController();
  usePageStores(storesOfPage(controller));
  useStore(controller.services.poller.snapshot);
  useActiveLog();
  // The errors page lists all tabs: their labels change when their errors do.
  useTabLabels(controller);
  const waited = useWaited(controller.services, controller.lookup.waitingSince);
  const {rows, place} = pageShown(controller, waited);
  return (
    <>
      <PageView rows={rows} height={layout.pageHeight} />
      <Bottom hasFilters={layout.hasFiltersOnPage} place={place} />
    </>
  );
}

function Main({layout}: {readonly layout: Layout}) {
  const {controller} = useController();
  const {poller} = controller.services;
  const {nextTryAt} = useStore(poller.snapshot);
  const now = useNow(controller.services);
  useStore(controller.services.logs.names);
  const waited = useWaited(controller.services, nextTryAt === undefined ? undefined : poller.waitingSince);
  const trouble = troubleShown(controller, {now, waited});
  useSeconds(controller.services, trouble !== undefined && now !== undefined && nextTryAt !== undefined);
  return trouble ? <PageView rows={trouble} height={layout.bodyHeight} /> : <Body layout={layout} />;
}

function PageView({rows, height}: {readonly rows: readonly StyledText[]; readonly height: number}) {
  const {controller} = useController();
  const colors = controller.services.colors.get();
  const painted = rows.slice(0, height).map((row) => paint(clip(row, 0, controller.size.columns), colors));
  return <Rows rows={[...painted, ...Array.from({length: height - painted.length}, () => '')]} />;
}
