import {systemClock} from '../lib/clock.ts';
import {boundWrites} from './bounded-writes.ts';
import {Departure} from './departure.ts';
import {DrawnScreen} from './drawn-screen.tsx';
import {endScreen, type ScreenEnd} from './end-screen.ts';
import {holdStderr} from './held-stderr.ts';
import {leaveOnOwnLine} from './own-line.ts';
import {reportCrash} from './report-crash.ts';
import {reportModes} from './report-modes.ts';
import {screenListeners} from './screen-listeners.ts';
import type {ScreenOptions} from './screen-options.ts';
import {screenParts} from './screen-parts.ts';

/** Runs the screen until the user or a signal ends it, or another takes its place; leaves the terminal clean. */
export async function runScreen(options: ScreenOptions): Promise<ScreenEnd> {
  const {settings, version, process} = options;
  const {stdout} = process;
  const clock = systemClock;
  const departure = new Departure(() => {
    contextSwitch.end();
    // While the logs are still there. After an exception what was saved last is safer than what is there now.
    if (departure.fault === undefined) back.session?.capture();
    writes.leave();
    drawn.end();
  });
  const {server, back, title, contextSwitch, controller} = await screenParts(options, departure, clock);
  const drawn = new DrawnScreen(controller, process, settings.fps);
  const reports = reportModes(stdout, {mouse: settings.mouse});
  controller.terminal.keep({
    on() {
      reports.on();
      title.resume();
    },
    off() {
      reports.off();
      title.restore();
    },
  });
  const endOwnLine = leaveOnOwnLine(stdout);
  const writes = boundWrites(stdout, () => void controller.terminal.repaint());
  const undo = [
    // Undone last: when writes are whole again.
    title.restore,
    endOwnLine,
    holdStderr(process.stderr),
    ...screenListeners({back, controller, drawn, departure, process, clock, hasMouse: settings.mouse}),
  ];
  const endSize = drawn.followSize();
  reports.on();
  back.start();
  try {
    await drawn.ended();
  } catch (error) {
    // A component threw.
    departure.noteFault(error);
  } finally {
    controller.terminal.leaveModes();
    reports.off();
    endSize();
    await back.close();
    await server.close();
  }
  const reportFault = (error: unknown) =>
    reportCrash(error, {process, version, folder: back.state, secrets: server.secrets(), clock});
  return await endScreen({departure, writes, undo, process, clock, reportFault});
}
