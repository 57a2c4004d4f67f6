import {shortenHome} from '../../engine/disk/save-file.ts';
import type {Log} from '../../engine/logs/log.ts';
import {keyInWords, withHint} from '../../kit/keys/commands.ts';
import type {Pane} from '../../kit/pane/pane-models.ts';
import {pipelineOf, sayNotOpen} from '../../kit/screen/common.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {hasLocalTimes, zoneOf} from '../../kit/state/pane-view.ts';
import {pipelinesOf} from '../../kit/state/view-state.ts';
import {timeNear} from '../../kit/viewport/time-column.ts';
import {endedRecordingWords, recordedWords} from '../../kit/words/marker-words.ts';
import {dateTime, inZone} from '../../lib/format.ts';

export const recording: Feature = {
  keys: {
    everywhere: [
      {
        id: 'open-recording',
        needs: 'server',
        keys: ['O'],
        help: "open the pipeline's recording",
        notOnPages: true,
        without: () => 'this log is open already: it is a file',
        run: (screen) => void openRecording(screen).catch((error) => screen.sayFailure(error)),
      },
    ],
    'log: copy': [
      {
        id: 'record',
        needs: 'connection',
        keys: ['W'],
        help: 'record to disk; again: show the status; twice: stop',
        without(screen, tab) {
          const {isRecorded} = screen.services.catalog.capabilitiesOf(pipelinesOf(tab));
          const one = `this log is a ${isRecorded ? 'recording' : 'file'} already`;
          const what = tab?.merges ? 'these logs are files already' : one;
          return withHint(what, screen.hintCommands, 'save', 'save what is shown');
        },
        /** Starts the recording of the shown log. While it runs, the first press says what is recorded, the second ends it. */
        run(screen, keyName) {
          const {tab, pane, state} = screen;
          if (!tab) return;
          if (!screen.services.catalog.capabilitiesOf(pipelinesOf(tab)).recordable) {
            screen.say('a merged log is not recorded: record its pipelines');
            return;
          }
          const log = screen.services.logs.get(tab.name);
          if (!log || !pane) {
            sayNotOpen(screen);
            return;
          }
          // A preview that closes would end its stream, and so the recording.
          screen.pinTab();
          const {recording} = log.snapshot.get();
          if (recording === undefined) start(screen, pane, log);
          else if (state.pendingConfirmation === 'record') {
            screen.dispatch({type: 'set', change: {pendingConfirmation: undefined}});
            void stop(screen, pane, log);
          } else {
            screen.dispatch({type: 'set', change: {pendingConfirmation: 'record'}});
            // The folder comes last: only its end may not fit.
            screen.say(
              `press ${keyInWords(keyName)} again to stop: ${recordedWords(recording, wordsOf(screen, pane))}`,
            );
          }
        },
      },
    ],
  },
};

/** Opens what was recorded of the pipeline under the cursor, or of the shown log. */
async function openRecording(screen: Screen): Promise<void> {
  const {services} = screen;
  const pipeline = pipelineOf(screen);
  if (pipeline === undefined) return;
  const name = await services.addPast(pipeline);
  if (screen.closing.aborted) return;
  if (name === undefined) {
    const folder = shortenHome(services.recordingsFolder, services.home);
    screen.sayHint(`nothing of ${pipeline} is recorded in ${folder}`, 'record', 'record it');
    return;
  }
  screen.dispatch({type: 'past', name, pipeline});
  screen.tabSwitcher.show(name);
  screen.dispatch({type: 'pin', name});
  screen.dispatch({type: 'focus', side: 'log'});
}

/** Says what is recorded once the recording is open. `watchRecordings` says why one cannot be opened. */
function start(screen: Screen, pane: Pane, log: Log): void {
  const {name} = pane.tab;
  const {connection} = log.snapshot.get();
  if (connection?.kind === 'gone' && connection.reason.kind === 'renamed') {
    const {to} = connection.reason;
    screen.say(`${name} was renamed to ${to}: record it in the tab ${to}`);
    return;
  }
  screen.say('opening the recording');
  void log.connection?.setRecording(true);
  let isKnown = false;
  const unsubscribe = log.snapshot.subscribe(() => {
    const {recording} = log.snapshot.get();
    isKnown ||= recording !== undefined;
    if (!isKnown || recording?.kind === 'opening') return;
    unsubscribe();
    if (recording?.kind !== 'recording') return;
    screen.say(`${name}: ${recordedWords(recording, wordsOf(screen, pane))}`);
  });
}

async function stop(screen: Screen, pane: Pane, log: Log): Promise<void> {
  const {name} = pane.tab;
  const last = await log.connection?.setRecording(false);
  const kept = last && endedRecordingWords(last, pane.model.source.buffer.endId, wordsOf(screen, pane));
  screen.say(`${name}: no longer recorded${kept === undefined ? '' : ` · ${kept}`}`);
}

/** Returns the words for times, in the zone of the log's times and without the date of this day, and for folders. */
function wordsOf({services}: Screen, pane: Pane) {
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
