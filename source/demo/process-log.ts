import {colourLine, jsonLine, type Level, type LogEvent, plainLine} from './log-lines.ts';
import type {DemoPipeline} from './pipeline.ts';

/** Writes what a pipeline's process logs. */
export type ProcessLog = (
  level: Level,
  target: string,
  message: string,
  more?: Pick<LogEvent, 'span' | 'fields'>,
) => void;

/** How the process logs: in colour (the default of Feldera), with NO_COLOR, or JSON; with a host number on multihost. */
export type LogShape = {readonly shape: 'colour' | 'plain' | 'json'; readonly host?: number};

/**
 * The log of a pipeline's process. A message of several lines is several entries in the text shapes, because the
 * runner reads a process's output line by line.
 */
export function processLog(pipeline: DemoPipeline, {shape, host}: LogShape): ProcessLog {
  const tag = {name: pipeline.name, ...(host !== undefined && {host})};
  return (level, target, message, more) => {
    const event = {level, target, message, ...more};
    const stamp = pipeline.stamp();
    if (shape === 'json') pipeline.write(jsonLine(pipeline, stamp, event));
    else {
      const text = shape === 'plain' ? plainLine(tag, stamp, event) : colourLine(tag, stamp, event);
      for (const line of text.split('\n')) pipeline.write(line);
    }
  };
}

export const server = 'dbsp_adapters::server';
export const controller = 'dbsp_adapters::controller';
export const kafkaInput = 'dbsp_adapters::transport::kafka::ft::input';

/** The span in which a Kafka connector logs. */
export function kafkaSpan(topic: string): Pick<LogEvent, 'span'> {
  return {span: {name: 'kafka_input', fields: `topic="${topic}"`}};
}

/** What every process logs when it starts; `port` of its HTTP server. */
export function logStartup(log: ProcessLog, pipeline: DemoPipeline, port: number): void {
  const {deploymentId} = pipeline.state;
  log('INFO', server, `Pipeline deployment identifier from arguments: ${deploymentId}`);
  log('INFO', server, 'Desired status from arguments: "Running"');
  log('INFO', server, `Started HTTP server on port ${port}`);
  const memory =
    "RSS memory limit ('max_rss_mb') is not set; using 'resources.memory_mb_max' (31744 MB) as the memory limit";
  log('INFO', controller, memory);
  log('INFO', server, 'Pipeline initialization complete');
}
