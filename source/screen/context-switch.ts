import type {Clock} from '../lib/clock.ts';
import {errorText} from '../lib/format.ts';
import {readColor} from '../settings/palette.ts';
import type {Settings} from '../settings/settings.ts';
import {type OpenServer, openServer} from '../startup/open-server.ts';
import type {Contexts} from '../ui/services.ts';

/** The screen that takes the place of this one. */
export type NextScreen = {readonly settings: Settings; readonly server: OpenServer};

/** The file that contexts stand in, and what reads the settings again as if one of them had been asked for. */
export type ContextSource = {
  /** As messages name it. */
  readonly file: string;
  /** Rejects with an error for the user when it cannot be used. */
  readonly settingsIn: (context: string) => Promise<Settings>;
};

export type ContextSwitchOptions = {
  readonly source: ContextSource;
  readonly version: string;
  readonly clock: Clock;
  /** Ends the screen, so that the other one can begin. */
  readonly onReady: (next: NextScreen) => void;
};

/**
 * Leads from one context to another: whatever can be known to be wrong with the other is found while this one is still on
 * the screen, so that a mistake in the configuration costs nobody the logs that he reads.
 */
export class ContextSwitch {
  readonly #options: ContextSwitchOptions;
  /** The context whose settings are being read. */
  #goingTo: string | undefined;
  #isOver = false;

  constructor(options: ContextSwitchOptions) {
    this.#options = options;
  }

  /** The contexts for the screen. */
  of({contexts, context}: Settings): Contexts {
    return {
      all: contexts.map(({name, host, color}) => ({
        ...{name, host},
        color: color === undefined ? undefined : readColor(color),
      })),
      inForce: context?.name,
      file: this.#options.source.file,
      switchTo: (name) => this.#to(name),
    };
  }

  /** The screen ends: it is too late for another one. */
  end(): void {
    this.#isOver = true;
  }

  async #to(name: string): Promise<string | undefined> {
    if (this.#goingTo !== undefined) return `already going to ${this.#goingTo}`;
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
