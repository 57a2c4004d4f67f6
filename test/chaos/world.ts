import {setTimeout as sleep} from 'node:timers/promises';
import type {Follower} from '../../demo/follower.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import type {Fault, Truth, WorldOptions} from './protocol.ts';
import {TruthLog} from './truth-log.ts';
import {Writer} from './writer.ts';

/** How often the writers get their turn, milliseconds. */
const turn = 10;
/** A reader that does not come back in this time has given up. */
const patience = 120_000;

/** The demo server with its writers, the faults done to it, and the truth about both. */
export class World {
  readonly #options: WorldOptions;
  readonly #server: DemoServer;
  readonly #logs = new Map<string, TruthLog>();
  readonly #writers = new Map<string, Writer>();
  readonly #startedAt = performance.now();
  #writing: NodeJS.Timeout | undefined;

  private constructor(options: WorldOptions, server: DemoServer) {
    this.#options = options;
    this.#server = server;
    for (const name of options.names) {
      const {seed, identical} = options;
      const log = new TruthLog(name);
      const writer = new Writer({name, seed, identical});
      const pipeline = server.pipeline(name);
      log.watch(pipeline);
      this.#logs.set(name, log);
      this.#writers.set(name, writer);
    }
    // Some logs have a history: in every third one the ring has overflowed already.
    for (const [index, name] of options.names.entries()) {
      this.#writer(name).burst(server.pipeline(name), [0, 300_000, 1_200_000][index % 3] ?? 0);
    }
  }

  static async start(options: WorldOptions): Promise<World> {
    const {seed, names} = options;
    return new World(options, await DemoServer.start({seed, scenario: quiet(...names), chunking: 'ragged'}));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Lets the writers write, at the rate of the plan. */
  write(): void {
    const {names, rate} = this.#options;
    const begun = performance.now();
    let written = 0;
    this.#writing = setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1000) * rate);
      for (; written < due; written++) {
        const name = names[written % names.length] ?? '';
        this.#writer(name).write(this.#server.pipeline(name), 1);
      }
    }, turn);
  }

  finish(): void {
    clearInterval(this.#writing);
    for (const name of this.#options.names) this.#writer(name).end(this.#server.pipeline(name));
  }

  /**
   * Ends the time in which all rings are whole, at a moment at which every reader has been sent all that there is: a cut that
   * was due after many bytes may have come just now, and its reader is on its way back to a ring that will be gone.
   */
  async endIntact(): Promise<void> {
    const {names, readers} = this.#options;
    await this.#until(
      () => names.every((name) => readers.every((reader) => this.#isServed(name, reader))),
      () => `${readers.join(' and ')} at all pipelines`,
    );
    for (const log of this.#logs.values()) log.endIntact();
  }

  truth(name: string): Truth {
    return this.#log(name).truth();
  }

  /** Resolves when every reader is connected and has been sent all that there is. */
  async settle(names: readonly string[] = this.#options.names): Promise<void> {
    for (const name of names) {
      await this.#until(
        () => this.#options.readers.every((reader) => this.#isServed(name, reader)),
        () => `${this.#options.readers.join(' and ')} at ${name}`,
      );
    }
  }

  /** Does a fault and resolves when it is over. */
  async disturb(fault: Fault): Promise<void> {
    const names = 'name' in fault ? [fault.name] : this.#options.names;
    const at = performance.now() - this.#startedAt;
    const over = names.map((name) => this.#log(name).begin(fault, at));
    await this.#do(fault);
    await this.settle(names);
    for (const end of over) end();
  }

  async #do(fault: Fault): Promise<void> {
    const server = this.#server;
    switch (fault.kind) {
      case 'api-killed':
        await this.#cut(fault.name, fault.afterBytes);
        return;
      case 'api-reset':
        this.#log(fault.name).doubt(server.pipeline(fault.name).followers);
        await this.#gone(fault.name, () => server.cutConnections({name: fault.name, reset: true}));
        return;
      case 'runner-connection-lost':
        server.loseRunnerConnection(fault.name);
        return;
      case 'cut-again':
        for (const afterBytes of fault.afterBytes) server.cutNextConnections({name: fault.name, afterBytes});
        await this.#cut(fault.name, 0);
        return;
      case 'frozen':
        server.freeze(fault.name);
        await sleep(fault.milliseconds);
        if (fault.cut) server.cutConnections({name: fault.name});
        server.thaw();
        return;
      case 'refused':
        server.refuse({kind: fault.as, name: fault.name, times: fault.times, retryAfter: '1'});
        await this.#cut(fault.name, 0);
        return;
      case 'api-restarted':
        await this.#withoutApi(() => sleep(fault.milliseconds));
        return;
      case 'runner-killed':
        server.killRunner();
        await sleep(fault.milliseconds);
        server.startRunner();
        return;
      case 'runner-stopped':
        server.stopRunnerGently();
        await sleep(fault.milliseconds);
        server.startRunner();
        return;
      case 'created-again': {
        const pipeline = server.recreatePipeline(fault.name);
        this.#log(fault.name).watch(pipeline);
        pipeline.start();
        return;
      }
      case 'outage':
        server.refuse({kind: 'unreachable', name: fault.name, times: 2, retryAfter: '1'});
        await this.#cut(fault.name, fault.afterBytes);
        await this.#burst([fault.name], fault.burst);
        return;
      case 'api-outage':
        for (const name of this.#options.names) await this.#cut(name, 0);
        await this.#withoutApi(async () => {
          await this.#burst(this.#options.names, fault.burst);
          await sleep(fault.milliseconds);
        });
        return;
      case 'oversized-line': {
        const pipeline = server.pipeline(fault.name);
        if (fault.cutAt !== undefined) server.cutConnections({name: fault.name, afterBytes: fault.cutAt});
        this.#writer(fault.name).long(pipeline, 1_000_001);
        return;
      }
    }
  }

  /** Cuts the connections after `bytes` more of the log, and waits until that has happened. */
  async #cut(name: string, afterBytes: number): Promise<void> {
    await this.#gone(name, () => this.#server.cutConnections({name, afterBytes}));
  }

  /** Does what ends a pipeline's connections, and waits for that. */
  async #gone(name: string, end: () => void): Promise<void> {
    const followers = [...this.#server.pipeline(name).followers];
    end();
    await this.#until(
      () => followers.every((follower) => !this.#server.pipeline(name).followers.has(follower)),
      () => `the end of ${name}'s connections`,
    );
  }

  async #withoutApi(during: () => Promise<void>): Promise<void> {
    for (const [name, log] of this.#logs) log.doubt(this.#server.pipeline(name).followers);
    await this.#server.stopApi();
    await during();
    await this.#server.startApi();
  }

  /** In slices, as a busy process would write it. */
  async #burst(names: readonly string[], bytes: number): Promise<void> {
    for (let slice = 0; slice < 10; slice++) {
      for (const name of names) this.#writer(name).burst(this.#server.pipeline(name), bytes / 10);
      await sleep(turn);
    }
  }

  #isServed(name: string, reader: string): boolean {
    const isServed = (follower: Follower) => follower.userAgent === reader && follower.queued === 0;
    return [...this.#server.pipeline(name).followers].some(isServed);
  }

  async #until(done: () => boolean, what: () => string): Promise<void> {
    const deadline = performance.now() + patience;
    while (!done()) {
      if (performance.now() > deadline) throw new Error(`waited ${patience} ms in vain for ${what()}`);
      await sleep(turn);
    }
  }

  #log(name: string): TruthLog {
    const log = this.#logs.get(name);
    if (!log) throw new Error(`no log of ${name}`);
    return log;
  }

  #writer(name: string): Writer {
    const writer = this.#writers.get(name);
    if (!writer) throw new Error(`no writer for ${name}`);
    return writer;
  }
}
