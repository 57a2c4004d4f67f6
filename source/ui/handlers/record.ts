import {dateTime, inZone} from '../../lib/format.ts';
import {shortenHome} from '../../storage/save-file.ts';
import {timeNear} from '../../viewport/time-column.ts';
import {endedRecordingWords, recordedWords} from '../../words/markers.ts';
import type {Controller} from '../controller.ts';
import {keyInWords} from '../keys/commands.ts';
import type {Pane} from '../pane/pane-at.ts';
import {hasLocalTimes, zoneOf} from '../state/pane-view.ts';
import {pipelinesOf} from '../state/view-state.ts';
import {sayNotOpen} from './common.ts';

export const recordHandlers = {
  /** Starts the recording of the shown log. While it runs, the first press says what is recorded, the second ends it. */
  record(controller: Controller, keyName: string) {
    const {tab, pane, state} = controller;
    if (!tab) return;
    if (!controller.services.catalog.capabilitiesOf(pipelinesOf(tab)).recordable) {
      controller.say('a merged log is not recorded: record its pipelines');
      return;
    }
    const stream = controller.services.logs.get(tab.name);
    if (!stream || !pane) {
      sayNotOpen(controller);
      return;
    }
    // A preview that closes would end its stream, and so the recording.
    controller.pinTab();
    const {recording} = stream.snapshot.get();
    if (recording === undefined) start(controller, pane);
    else if (state.asked === 'record') {
      controller.dispatch({type: 'asked', command: undefined});
      void stop(controller, pane);
    } else {
      controller.dispatch({type: 'asked', command: 'record'});
      // The folder comes last: only its end may not fit.
      controller.say(
        `press ${keyInWords(keyName)} again to stop: ${recordedWords(recording, wordsOf(controller, pane))}`,
      );
    }
  },
};

/** Says what is recorded once the recording is open. `watchRecordings` says why one cannot be opened. */
function start(controller: Controller, pane: Pane): void {
  const {name} = pane.tab;
  const stream = controller.services.logs.get(name);
  if (!stream) return;
  const {connection} = stream.snapshot.get();
  if (connection?.kind === 'gone' && connection.reason.kind === 'renamed') {
    const {to} = connection.reason;
    controller.say(`${name} was renamed to ${to}: record it in the tab ${to}`);
    return;
  }
  controller.say('opening the recording');
  void stream.connection?.setRecording(true);
  let isKnown = false;
  const unsubscribe = stream.snapshot.subscribe(() => {
    const {recording} = stream.snapshot.get();
    isKnown ||= recording !== undefined;
    if (!isKnown || recording?.kind === 'opening') return;
    unsubscribe();
    if (recording?.kind !== 'recording') return;
    controller.say(`${name}: ${recordedWords(recording, wordsOf(controller, pane))}`);
  });
}

async function stop(controller: Controller, pane: Pane): Promise<void> {
  const {name} = pane.tab;
  const last = await controller.services.logs.get(name)?.connection?.setRecording(false);
  const kept = last && endedRecordingWords(last, pane.model.source.buffer.endId, wordsOf(controller, pane));
  controller.say(`${name}: no longer recorded${kept === undefined ? '' : ` · ${kept}`}`);
}

/** How times and folders are shown: in the zone of the log's times, those of this day without the date. */
function wordsOf({services}: Controller, pane: Pane) {
  const offsetAt = zoneOf(pane.tab.pane, services.offsetAt);
  const shown = (at: number) => dateTime(inZone(at, offsetAt));
  const today = shown(services.clock.wall()).slice(0, 10);
  const {index, source} = pane.model;
  return {
    timeNear(id: number, step: 1 | -1): string | undefined {
      const at = timeNear(source.buffer, index, {id, step});
      const [day, time] = at === undefined ? [] : shown(at).split(' ');
      return day === today ? time : day && `${day} ${time}`;
    },
    zone: hasLocalTimes(pane.tab.pane) ? '' : ' UTC',
    path: (folder: string) => shortenHome(folder, services.home),
  };
}
