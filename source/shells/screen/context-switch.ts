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

export type ContextSwitchOptions = {
  readonly source: ContextSource;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the screen, so that the next one can start. */
  readonly onReady: (next: NextScreen) => void;
};

/** Checks the next context before this screen ends: a mistake in the configuration does not cost the user the logs. */
export class ContextSwitch {
  readonly #options: ContextSwitchOptions;
  /** The context whose settings are being read. */
  #goingTo: string | undefined;
  #isOver = false;

  constructor(options: ContextSwitchOptions) {
    this.#options = options;
  }

  of({contexts, context}: Settings): Contexts {
    return {
      all: contexts.map(({name, host, color}) => ({
        name,
        host,
        color: color === undefined ? undefined : readColor(color),
      })),
      current: context?.name,
      file: this.#options.source.file,
      switchTo: (name) => this.#switchTo(name),
    };
  }

  /** The screen ends. A switch that is not ready yet is dropped. */
  end(): void {
    this.#isOver = true;
  }

  async #switchTo(name: string): Promise<string | undefined> {
    if (this.#goingTo !== undefined) return `already switching to ${this.#goingTo}`;
    this.#goingTo = name;
    const {source, version, clock, onReady} = this.#options;
    try {
      const settings = await source.settingsIn(name);
      const server = await openServer(settings, version, clock);
      if (this.#isOver) await server.close();
      else onReady({settings, server});
      return undefined;
    } catch (error) {
      return errorText(error);
    } finally {
      this.#goingTo = undefined;
    }
  }
}
