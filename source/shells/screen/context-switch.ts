import type {Contexts} from '../../kit/screen/services.ts';
import {readColor} from '../../kit/settings/palette.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import type {Clock} from '../../lib/clock.ts';
import {errorText} from '../../lib/format.ts';
import {type OpenServer, openServer} from '../startup/open-server.ts';

/** The screen that follows this one. */
export type NextScreen = {readonly settings: Settings; readonly server: OpenServer};

export type ContextSource = {
  /** The configuration file, as messages name it. */
  readonly file: string;
  /** Rejects with an error for the user when the context cannot be used. */
  readonly settingsIn: (context: string) => Promise<Settings>;
};

type ContextSwitchOptions = {
  readonly source: ContextSource;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the screen, so that the next one can start. */
  readonly onReady: (next: NextScreen) => void;
};

/**
 * Makes the contexts that a screen can switch to. The next context is checked before this screen ends: a mistake in the
 * configuration does not cost the user the logs.
 */
export function contextSwitch(
  {contexts, context}: Settings,
  {source, version, clock, onReady}: ContextSwitchOptions,
): {readonly contexts: Contexts; readonly end: () => void} {
  /** The context whose settings are being read. */
  let goingTo: string | undefined;
  let isOver = false;

  async function switchTo(name: string): Promise<string | undefined> {
    if (goingTo !== undefined) return `already switching to ${goingTo}`;
    goingTo = name;
    try {
      const settings = await source.settingsIn(name);
      const server = await openServer(settings, version, clock);
      if (isOver) await server.close();
      else onReady({settings, server});
      return undefined;
    } catch (error) {
      return errorText(error);
    } finally {
      goingTo = undefined;
    }
  }

  const all = contexts.map(({name, host, color}) => {
    return {name, host, color: color === undefined ? undefined : readColor(color)};
  });
  return {
    contexts: {all, current: context?.name, file: source.file, switchTo},
    /** The screen ends. A switch that is not ready yet is dropped. */
    end() {
      isOver = true;
    },
  };
}
