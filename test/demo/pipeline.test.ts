import {describe, expect, it} from 'vitest';
import {DemoPipeline, type PipelineOptions} from '../../demo/pipeline.ts';
import {createRandom} from '../../demo/random.ts';
import {feldera} from '../../demo/ring.ts';
import {recording, withoutVariables} from './recording.ts';

const start = Date.UTC(2026, 0, 1);

function pipelineNamed(name: string, options: PipelineOptions = {}): DemoPipeline {
  const random = createRandom(1, name);
  return new DemoPipeline(name, {...options, now: () => start, idTime: start, random, limits: feldera});
}

function log(pipeline: DemoPipeline): string[] {
  const text = Buffer.concat([...(pipeline.ring?.entries() ?? [])]).toString();
  return withoutVariables(text).split('\n').slice(0, -1);
}

const recorded = (file: string) => withoutVariables(recording(file).body.toString()).split('\n');

describe('DemoPipeline', () => {
  it('logs a stop and a start in the six lines of recording 01', () => {
    const pipeline = pipelineNamed('demo');
    pipeline.start();
    pipeline.stop();
    pipeline.start();
    const transitions = recorded('01-catchup-live-restart-delete-clean-end.raw').filter((line) =>
      line.includes(' transition: '),
    );
    expect(transitions).toHaveLength(7);
    expect(log(pipeline).slice(5)).toEqual(transitions);
  });

  it('logs in JSON what recording 03a shows of a stop and a start', () => {
    const pipeline = pipelineNamed('js', {managerFormat: 'json'});
    pipeline.start();
    const before = log(pipeline).length;
    pipeline.stop();
    pipeline.start();
    const expected = recorded('03a-json-manager-lines.raw').slice(1, 8);
    expect(log(pipeline).slice(before)).toEqual(expected);
  });

  it('has the state of the recorded pipelines', () => {
    const pipeline = pipelineNamed('demo');
    const brief = () => {
      const {deploymentStatus, desiredStatus, resourcesStatus, runtimeStatus, storageStatus} = pipeline.state;
      return [deploymentStatus, desiredStatus, resourcesStatus, runtimeStatus, storageStatus];
    };
    expect(brief()).toEqual(['Stopped', 'Stopped', 'Stopped', null, 'Cleared']);
    pipeline.start();
    expect(brief()).toEqual(['Running', 'Running', 'Provisioned', 'Running', 'InUse']);
    pipeline.pause();
    expect(brief()).toEqual(['Paused', 'Paused', 'Provisioned', 'Paused', 'InUse']);
    pipeline.resume();
    pipeline.stop();
    expect(brief()).toEqual(['Stopped', 'Stopped', 'Stopped', null, 'InUse']);
  });

  it('fails with the deployment error of recording 15a, which a start clears', () => {
    const pipeline = pipelineNamed('idle');
    pipeline.start();
    pipeline.fail('Pipeline process exited prematurely with signal: 9 (SIGKILL)');
    const list: {name: string; deployment_error: unknown}[] = JSON.parse(
      recording('15a-list-status.raw').body.toString(),
    );
    expect(pipeline.state.deploymentError).toEqual(list.find(({name}) => name === 'idle')?.deployment_error);
    expect(pipeline.state.deploymentStatus).toBe('Stopped');
    pipeline.start();
    expect(pipeline.state.deploymentError).toBeNull();
  });

  it('fails in the lines of a real runner: the error is of its local part, and no user wanted the stop', () => {
    const pipeline = pipelineNamed('busy');
    pipeline.start();
    const before = log(pipeline).length;
    pipeline.fail('Pipeline process exited prematurely with exit status: 3');
    const [error, ...transitions] = log(pipeline).slice(before);
    expect(error).toMatch(
      /^\[manager\] <time> ERROR pipeline_manager::runner::local_runner: Resources error: Pipeline process exited prematurely with exit status: 3 pipeline-id="<id>" pipeline-name="N\/A"$/,
    );
    const panicked = recorded('35-worker-panic-logs.raw').filter((line) => line.includes(' transition: '));
    expect(transitions).toEqual(panicked.slice(-3).map((line) => line.replace('orders-panic', 'busy')));
  });

  it('loses a stream of its process as recording 20 does, until the next start', () => {
    const pipeline = pipelineNamed('invoices');
    pipeline.start();
    pipeline.print('stdout', 'before');
    pipeline.loseStream('stdout');
    pipeline.loseStream('stdout');
    pipeline.print('stdout', 'nobody reads this');
    pipeline.print('stderr', 'stderr is still read');
    const real = recorded('20-stdout-dead.raw').filter((line) => /^\[manager\].*I\/O error|still read/.test(line));
    expect(real).toHaveLength(2);
    expect(log(pipeline).slice(-3)).toEqual(['before', ...real]);
    expect(pipeline.linesLost).toBe(1);
    pipeline.stop();
    pipeline.start();
    pipeline.print('stdout', 'after');
    expect(log(pipeline).at(-1)).toBe('after');
    expect(pipeline.linesLost).toBe(1);
  });

  it('counts an entry of several lines as one', () => {
    const pipeline = pipelineNamed('demo');
    pipeline.write('one\ntwo\nthree');
    pipeline.write(Buffer.from('four'));
    expect(pipeline.ring?.next).toBe(3);
    expect(log(pipeline).slice(1)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('drops what is written while its runner is down, and starts a new log with a fresh start', () => {
    const pipeline = pipelineNamed('demo');
    expect(pipeline.write('kept')).toBe(true);
    pipeline.dropLog();
    expect(pipeline.write('lost')).toBe(false);
    pipeline.startLog();
    expect(log(pipeline)).toHaveLength(1);
    expect(log(pipeline)[0]).toContain('Fresh start of pipeline logs');
  });
});
