import {connectorsOf, failuresInLog, type KnownConnector, type LoggedFailure} from '../../events/connectors.ts';
import type {Log} from '../../logs/log.ts';
import type {Controller} from '../controller.ts';
import {copyPage} from '../handlers/copy.ts';
import {connectorRows, type OpenedConnector, openedText} from './connectors.ts';
import type {Page} from './page.ts';

type ConnectorState = {readonly opened: OpenedConnector};

/** A connector of the described pipeline with its errors in full, as it was when opened, over the description. */
export const connectorPage: Page<ConnectorState> = {
  ...{kind: 'connector', context: 'describe', name: 'errors of a connector', motions: 'lines'},
  where: 'in the description of a pipeline',
  showsStatistics: true,
  rows(controller, {opened}, {width}) {
    const now = describedConnectors(controller).find(({key}) => key === opened.connector.key);
    return connectorRows(opened, now, width);
  },
  conditions: () => ({hasText: true}),
  takes: textOf,
  redrawnBy: ({services}) => [services.stats.known],
  counts: true,
  run: {
    'describe-open': (controller, {under}) => controller.dispatch({type: 'page', page: under}),
    'describe-copy'(controller, page) {
      const text = textOf(controller, page);
      if (text.errors === '') controller.sayHint('no errors here', {id: 'describe-copy-page'}, 'copies the page');
      else void copyPage(controller, text, text.errors, {on: page.kind});
    },
  },
};

function textOf({services}: Controller, {opened: {pipeline, connector}}: ConnectorState) {
  return openedText(pipeline, connector, services.serverUrl);
}

/** The connectors of the described pipeline; empty while none is known. */
export function describedConnectors(controller: Controller): readonly KnownConnector[] {
  const name = controller.lookup.described.get()?.name;
  if (name === undefined) return [];
  if (controller.pipeline(name)) return controller.events.connectors.connectors(name);
  return connectorsOf(controller.services.stats.known.get().get(name), failuresOf(controller, name));
}

/** By log: a log's errors are read again when there are new ones. */
const readFailures = new WeakMap<Log, {errors: object; fromId: number; failures: readonly LoggedFailure[]}>();

/** The connectors that failed for good in the newest run of an opened log. */
function failuresOf(controller: Controller, name: string): readonly LoggedFailure[] {
  const stream = controller.logs.get(name);
  if (!stream) return [];
  const tab = controller.state.tabs.find((each) => each.name === name);
  const fromId = (tab && controller.indexOf(tab)?.runs.at(-1)?.firstId) ?? 0;
  const errors = stream.errors.byKey;
  const read = readFailures.get(stream);
  if (read?.errors === errors && read.fromId === fromId) return read.failures;
  const failures = failuresInLog(stream.buffer, errors.values(), fromId);
  readFailures.set(stream, {errors, fromId, failures});
  return failures;
}
