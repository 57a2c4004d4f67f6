import {readTime} from '../source/lib/format.ts';
import {EventHistory} from './events.ts';
import type {Follower} from './follower.ts';
import {
  discardNotice,
  freshStart,
  type Level,
  type ManagerEvent,
  type ManagerFormat,
  managerLine,
  Stamps,
} from './log-lines.ts';
import {type DeploymentError, type PipelineState, type ProgramError, programErrorOf} from './pipeline-json.ts';
import {type Random, uuidV7} from './random.ts';
import {Ring, type RingLimits} from './ring.ts';
import {DemoRun, type Endpoint} from './run.ts';

export type PipelineOptions = {
  readonly description?: string;
  /** As the server stores them: the web console adds a colour, as in `prod|ef4444`. */
  readonly tags?: readonly string[];
  readonly programCode?: string;
  /** Returns the pipeline's time, Unix time in ms. Default: the server's clock. */
  readonly now?: () => number;
  /** Default `text`. */
  readonly managerFormat?: ManagerFormat;
};

/** An output stream of the process. */
type OutputStream = 'stdout' | 'stderr';

/** A new pipeline is compiled and stopped. Each method is synchronous, and logs what the runner would log. */
export class DemoPipeline {
  readonly id: string;
  readonly followers = new Set<Follower>();
  readonly events: EventHistory;
  readonly #now: () => number;
  readonly #limits: RingLimits;
  readonly #random: Random;
  readonly #stamps: Stamps;
  readonly #managerFormat: ManagerFormat;
  #ring: Ring | undefined;
  #state: PipelineState;
  #run: DemoRun | undefined;
  readonly #lostStreams = new Set<OutputStream>();
  #linesLost = 0;

  constructor(
    name: string,
    options: PipelineOptions & {
      readonly now: () => number;
      readonly random: Random;
      readonly limits: RingLimits;
      /** The time in the id: Unix time in ms. */
      readonly idTime: number;
    },
  ) {
    this.#now = options.now;
    this.#random = options.random;
    this.#limits = options.limits;
    this.#stamps = new Stamps(options.now, options.random);
    this.#managerFormat = options.managerFormat ?? 'text';
    this.id = uuidV7(options.idTime, options.random);
    this.events = new EventHistory(options.now, this.id);
    const created = this.#stamps.next();
    this.#state = {
      id: this.id,
      name,
      description: options.description ?? '',
      tags: options.tags ?? [],
      createdAt: created,
      version: 1,
      refreshVersion: 4,
      programStatus: 'Success',
      programStatusSince: created,
      programError: programErrorOf('Success'),
      programCode: options.programCode ?? '',
      deploymentError: null,
      storageStatus: 'Cleared',
      deploymentId: null,
      deploymentStatus: 'Stopped',
      deploymentStatusSince: created,
      desiredStatus: 'Stopped',
      resourcesStatus: 'Stopped',
      resourcesStatusSince: created,
      resourcesDesiredStatus: 'Stopped',
      runtimeStatus: null,
      runtimeDesiredStatus: null,
      connectorErrors: 0,
    };
    this.events.add(this.#state, created);
    this.startLog();
  }

  get name(): string {
    return this.#state.name;
  }

  /** As of a pipeline that is stopped and cleared; its log stays. */
  rename(name: string): void {
    this.#state = {...this.#state, name};
  }

  get state(): PipelineState {
    return this.#state;
  }

  /** The process. Throws while there is none. */
  get run(): DemoRun {
    if (!this.#run) throw new Error(`the demo pipeline ${this.name} does not run`);
    return this.#run;
  }

  /** The process when the API can reach it. */
  get deployedRun(): DemoRun | undefined {
    return this.#state.resourcesStatus === 'Provisioned' ? this.#run : undefined;
  }

  /** Unix time in ms of the pipeline. */
  get now(): () => number {
    return this.#now;
  }

  /** Lines that the process wrote to a stream which the runner no longer reads. */
  get linesLost(): number {
    return this.#linesLost;
  }

  /** Undefined while the runner is down. */
  get ring(): Ring | undefined {
    return this.#ring;
  }

  /** For a line of the process: later than every stamp before. */
  stamp(): string {
    return this.#stamps.next();
  }

  /** `entry` comes without its final newline. Returns false, and logs nothing, while the runner is down. */
  write(entry: string | Uint8Array): boolean {
    if (!this.#ring) return false;
    const bytes = typeof entry === 'string' ? Buffer.from(`${entry}\n`) : Buffer.concat([entry, newline]);
    this.#ring.append(bytes);
    for (const follower of this.followers) follower.add(bytes);
    return true;
  }

  /** A line of the process; nobody gets it once the stream is lost. */
  print(stream: OutputStream, line: string | Uint8Array): void {
    if (this.#lostStreams.has(stream)) this.#linesLost += 1;
    else this.write(line);
  }

  /** The runner reads a byte that is not UTF-8 (recording 20): it never reads that stream again until the next start. */
  loseStream(stream: OutputStream): void {
    if (this.#lostStreams.has(stream)) return;
    this.#lostStreams.add(stream);
    const message = `${stream} encountered I/O error: stream did not contain valid UTF-8`;
    this.manager('ERROR', 'local_runner', message);
  }

  /** Replays the ring to a new follower, which then receives every new entry. */
  follow(follower: Follower): void {
    if (!this.#ring) {
      follower.endWithoutMarker();
      return;
    }
    this.followers.add(follower);
    if (this.#ring.discarded > 0) {
      const line = this.#managerLine('WARN', 'pipeline_logs', discardNotice(this.#ring.discarded));
      follower.add(Buffer.from(`${line}\n`));
    }
    for (const entry of this.#ring.entries()) follower.add(entry);
  }

  /** A new ring with its `Fresh start` entry. */
  startLog(): void {
    this.#ring = new Ring(this.#limits);
    this.manager('INFO', 'pipeline_logs', freshStart);
  }

  /** The runner is gone, and the ring with it; `startLog` makes the next one. */
  dropLog(): void {
    this.#ring = undefined;
  }

  /** Logs a line of the runner. */
  manager(level: Level, module: ManagerEvent['module'], message: string): void {
    this.write(this.#managerLine(level, module, message));
  }

  /** Stopped → provisioning → initializing → running at once, with four lines of the runner and none of the process. */
  start(connectors: readonly Endpoint[] = []): void {
    this.provision(connectors);
    this.provisioned();
    this.setRunning();
  }

  /** A user starts or stops it; the runner has not acted on it yet. */
  setDesired(status: 'Running' | 'Stopped'): void {
    const resourcesDesiredStatus = status === 'Running' ? 'Provisioned' : 'Stopped';
    const deploymentError = status === 'Running' ? null : this.#state.deploymentError;
    this.setState({desiredStatus: status, resourcesDesiredStatus, deploymentError});
  }

  /** Stopped → provisioning: the process starts, with these connectors. */
  provision(connectors: readonly Endpoint[] = []): void {
    if (this.#state.resourcesDesiredStatus !== 'Provisioned') this.setDesired('Running');
    const deploymentId = uuidV7(readTime(this.#stamps.next()), this.#random);
    this.#change({deploymentId, storageStatus: 'InUse', connectorErrors: 0});
    this.#lostStreams.clear();
    this.#startRun(connectors);
    const before = this.#state;
    const since = this.#resources('Provisioning', 'Provisioned');
    // The server records the state before once more, at the same time (recording 34).
    this.events.add(before, since, true);
    this.#record(since);
  }

  /** Provisioning → provisioned, initializing. */
  provisioned(): void {
    this.#resources('Provisioned', 'Provisioned');
    this.#record(this.#runtime('Initializing', 'Running'));
  }

  /** Initializing or paused → running. */
  setRunning(): void {
    this.#record(this.#runtime('Running', 'Running'));
  }

  pause(): void {
    this.#record(this.#runtime('Paused', 'Paused'));
  }

  resume(): void {
    this.setRunning();
  }

  /** Running → stopping → stopped, with three lines of the runner; the ring stays. */
  stop(): void {
    this.stopping();
    this.stopped();
  }

  /** Running → stopping, for the user (`Stopped`) or because the runner has to. */
  stopping(
    desired: 'Stopped' | 'Provisioned' = 'Stopped',
    deploymentError: DeploymentError | null = this.#state.deploymentError,
  ): void {
    this.#run = undefined;
    const before = {...this.#state, resourcesDesiredStatus: 'Stopped'};
    const since = this.#resources('Stopping', desired);
    this.#change({deploymentError, resourcesDesiredStatus: 'Stopped'});
    this.#runtime(null, null);
    // As at the start (recordings 18a and 34).
    this.events.add(before, since, true);
    this.#record(since);
  }

  /** Stopping → stopped. */
  stopped(): void {
    const since = this.#resources('Stopped', 'Stopped');
    this.#change({deploymentId: null, connectorErrors: 0});
    this.#record(since);
  }

  /** The runner found the process dead: an error line, then `crash`. */
  fail(message: string): void {
    this.manager('ERROR', 'local_runner', `Resources error: ${message}`);
    this.crash({
      message: `Pipeline check failed: compute and/or storage resources encountered a fatal error.\n\n${message}`,
      error_code: 'RunnerCheckError',
      details: {error: message},
    });
  }

  /** The runner stops the pipeline; the user did not. */
  crash(deploymentError: DeploymentError): void {
    this.stopping('Provisioned', deploymentError);
    this.stopped();
  }

  /** `error`: why the program did not compile. */
  setProgram(status: string, error: Partial<ProgramError> = {}): void {
    const programError = {...programErrorOf(status), ...error};
    this.setState({programStatus: status, programStatusSince: this.#stamps.next(), programError});
  }

  /** Changes the state in the API, without a line in the log. */
  setState(change: Partial<PipelineState>): void {
    this.events.pass(this.#state);
    this.#change(change);
    this.#record(this.#stamps.latest());
  }

  /** `at`: the time of the change, RFC 3339. */
  #record(at: string): void {
    this.events.add(this.#state, at);
  }

  #change(change: Partial<PipelineState>): void {
    this.#state = {...this.#state, ...change, refreshVersion: this.#state.refreshVersion + 1};
  }

  #startRun(connectors: readonly Endpoint[]): void {
    const run = new DemoRun({
      now: this.#now,
      incarnation: this.#state.deploymentId ?? '',
      onErrors: (change) => {
        if (this.#run === run) this.setState({connectorErrors: Math.max(0, this.#state.connectorErrors + change)});
      },
    });
    for (const connector of connectors) run.connect(connector);
    this.#run = run;
  }

  /** Returns the time of the change. */
  #resources(to: string, desired: string): string {
    this.events.pass(this.#state);
    const from = this.#state.resourcesStatus.toLowerCase();
    const message = `Resources transition: ${from} -> ${to.toLowerCase()} (desired: ${desired.toLowerCase()})`;
    this.manager('INFO', 'pipeline_automata', message);
    const since = this.#stamps.next();
    this.#change({resourcesStatus: to, resourcesDesiredStatus: desired, resourcesStatusSince: since});
    this.#combine(since);
    return since;
  }

  /** Returns the time of the change. */
  #runtime(to: string | null, desired: string | null): string {
    this.events.pass(this.#state);
    const words = (status: string | null) => status?.toLowerCase() ?? '(none)';
    const transition = `${words(this.#state.runtimeStatus)} -> ${words(to)} (desired: ${words(desired)})`;
    this.manager('INFO', 'pipeline_automata', `Runtime transition: ${transition}`);
    this.#change({runtimeStatus: to, runtimeDesiredStatus: desired});
    const since = this.#stamps.next();
    this.#combine(since);
    return since;
  }

  /** The combined status is the runtime's if there is one, else that of the resources. */
  #combine(since: string): void {
    const {resourcesStatus, resourcesDesiredStatus, runtimeStatus, runtimeDesiredStatus} = this.#state;
    const up = resourcesStatus === 'Provisioned' && runtimeStatus !== null;
    this.#change({
      deploymentStatus: up ? runtimeStatus : resourcesStatus === 'Provisioned' ? 'Initializing' : resourcesStatus,
      deploymentStatusSince: since,
      desiredStatus: resourcesDesiredStatus === 'Provisioned' ? (runtimeDesiredStatus ?? 'Running') : 'Stopped',
    });
  }

  #managerLine(level: Level, module: ManagerEvent['module'], message: string): string {
    const pipelineName = module === 'pipeline_automata' ? this.name : 'N/A';
    return managerLine(this.#managerFormat, this.#stamps.next(), {
      level,
      module,
      message,
      pipelineId: this.id,
      pipelineName,
    });
  }
}

const newline = Buffer.from('\n');
