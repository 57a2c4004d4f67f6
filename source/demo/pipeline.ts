import {readTime} from '../lib/format.ts';
import {type Random, uuidV7} from '../lib/random.ts';
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
import {Ring, type RingLimits} from './ring.ts';

export type PipelineOptions = {
  readonly description?: string;
  readonly programCode?: string;
  /** Returns the pipeline's time, Unix time in ms. Default: the server's clock. */
  readonly now?: () => number;
  /** Default `text`. */
  readonly managerFormat?: ManagerFormat;
};

/** A new pipeline is compiled and stopped. Each method is synchronous, and logs what the runner would log. */
export class DemoPipeline {
  readonly id: string;
  readonly name: string;
  readonly followers = new Set<Follower>();
  readonly #limits: RingLimits;
  readonly #random: Random;
  readonly #stamps: Stamps;
  readonly #managerFormat: ManagerFormat;
  #ring: Ring | undefined;
  #state: PipelineState;

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
    this.name = name;
    this.#random = options.random;
    this.#limits = options.limits;
    this.#stamps = new Stamps(options.now, options.random);
    this.#managerFormat = options.managerFormat ?? 'text';
    this.id = uuidV7(options.idTime, options.random);
    const created = this.#stamps.next();
    this.#state = {
      id: this.id,
      name,
      description: options.description ?? '',
      createdAt: created,
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
    this.startLog();
  }

  get state(): PipelineState {
    return this.#state;
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

  /** Replays the ring to a new follower, which then receives every new entry. */
  follow(follower: Follower): void {
    if (!this.#ring) {
      follower.endWithoutMarker();
      return;
    }
    this.followers.add(follower);
    if (this.#ring.discarded > 0) {
      const notice = discardNotice(this.#ring.discarded);
      const line = this.#managerFormat === 'bare' ? notice : this.#managerLine('WARN', 'pipeline_logs', notice);
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
  start(): void {
    this.provision();
    this.provisioned();
    this.run();
  }

  /** A user starts or stops it; the runner has not acted on it yet. */
  setDesired(status: 'Running' | 'Stopped'): void {
    const resourcesDesiredStatus = status === 'Running' ? 'Provisioned' : 'Stopped';
    this.setState({desiredStatus: status, resourcesDesiredStatus});
  }

  /** Stopped → provisioning. */
  provision(): void {
    this.setState({deploymentError: null, deploymentId: uuidV7(readTime(this.#stamps.next()), this.#random)});
    this.#resources('Provisioning', 'Provisioned');
  }

  /** Provisioning → provisioned, initializing. */
  provisioned(): void {
    this.#resources('Provisioned', 'Provisioned');
    this.setState({storageStatus: 'InUse', connectorErrors: 0});
    this.#runtime('Initializing', 'Running');
  }

  run(): void {
    this.#runtime('Running', 'Running');
  }

  pause(): void {
    this.#runtime('Paused', 'Paused');
  }

  resume(): void {
    this.run();
  }

  /** Running → stopping → stopped, with three lines of the runner; the ring stays. */
  stop(): void {
    this.stopping();
    this.stopped();
  }

  /** Running → stopping, for the user (`Stopped`) or because the runner has to. */
  stopping(desired: 'Stopped' | 'Provisioned' = 'Stopped'): void {
    this.#resources('Stopping', desired);
    this.#runtime(null, null);
  }

  /** Stopping → stopped. */
  stopped(): void {
    this.#resources('Stopped', 'Stopped');
    this.setState({deploymentId: null, connectorErrors: 0});
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
    this.setState({deploymentError});
    this.stopping('Provisioned');
    this.stopped();
  }

  /** `error`: why the program did not compile. */
  setProgram(status: string, error: Partial<ProgramError> = {}): void {
    const programError = {...programErrorOf(status), ...error};
    this.setState({programStatus: status, programStatusSince: this.#stamps.next(), programError});
  }

  /** Changes the state in the API, without a line in the log. */
  setState(change: Partial<PipelineState>): void {
    this.#state = {...this.#state, ...change, refreshVersion: this.#state.refreshVersion + 1};
  }

  #resources(to: string, desired: string): void {
    const from = this.#state.resourcesStatus.toLowerCase();
    const message = `Resources transition: ${from} -> ${to.toLowerCase()} (desired: ${desired.toLowerCase()})`;
    this.manager('INFO', 'pipeline_automata', message);
    const since = this.#stamps.next();
    this.setState({resourcesStatus: to, resourcesDesiredStatus: desired, resourcesStatusSince: since});
    this.#combine(since);
  }

  #runtime(to: string | null, desired: string | null): void {
    const words = (status: string | null) => status?.toLowerCase() ?? '(none)';
    const transition = `${words(this.#state.runtimeStatus)} -> ${words(to)} (desired: ${words(desired)})`;
    this.manager('INFO', 'pipeline_automata', `Runtime transition: ${transition}`);
    this.setState({runtimeStatus: to, runtimeDesiredStatus: desired});
    this.#combine(this.#stamps.next());
  }

  /** The combined status is the runtime's if there is one, else that of the resources. */
  #combine(since: string): void {
    const {resourcesStatus, resourcesDesiredStatus, runtimeStatus, runtimeDesiredStatus} = this.#state;
    const up = resourcesStatus === 'Provisioned' && runtimeStatus !== null;
    this.setState({
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
