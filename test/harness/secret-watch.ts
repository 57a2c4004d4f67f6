import {existsSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import {expectNoSecrets, findSecret, longestForm} from './planted-secret.ts';

/**
 * Looks for planted secrets in what one run of a program shows of itself: what it writes, and its command line in the
 * list of processes. The files that it leaves are searched with the temporary directory that they are in.
 */
export class SecretWatch {
  readonly #home: string | undefined;
  /** Where, and what. */
  readonly #found = new Map<string, string>();
  readonly #ends = new Map<string, Buffer>();

  /** `environment`: what the program was started with; all that has the same home directory belongs to it. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#home = environment.HOME;
  }

  /** Takes a piece of what it wrote. `where`: the stream, such as `stdout`. */
  heard(where: string, piece: Buffer): void {
    const bytes = Buffer.concat([this.#ends.get(where) ?? Buffer.alloc(0), piece]);
    this.#ends.set(where, bytes.subarray(-(longestForm - 1)));
    this.#note(where, bytes);
  }

  /** Looks at the command lines as they are now. Before the program has shown anything, it may not have set its own. */
  lookAtProcesses(): void {
    // The youngest first: it may be about to end.
    const entries = existsSync('/proc') ? readdirSync('/proc') : [];
    const pids = entries.map(Number).filter(Number.isInteger);
    for (const pid of pids.sort((one, other) => other - one)) {
      try {
        // A shell or a multiplexer that was given a secret to hand on is the test's own doing.
        if (!/^(?:node|pipetail-[\w-]+)$/.test(path.basename(readlinkSync(`/proc/${pid}/exe`)))) continue;
        const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        if (!variables.includes(`HOME=${this.#home}`)) continue;
        this.#note(`the command line of process ${pid}`, readFileSync(`/proc/${pid}/cmdline`));
      } catch {
        // It has ended, or is another user's.
      }
    }
  }

  /** Throws an error with what was found, if anything was. */
  expectNone(): void {
    expectNoSecrets([...this.#found].map(([where, what]) => `${where}: ${what}`));
  }

  #note(where: string, bytes: Buffer): void {
    const secret = findSecret(bytes);
    if (secret !== undefined && !this.#found.has(where)) this.#found.set(where, secret);
  }
}
