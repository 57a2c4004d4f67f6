import {describe, expect, it} from 'vitest';
import {noLosses} from '../../source/buffer/markers.ts';
import type {PipelineStatus} from '../../source/timeline/events.ts';
import {Incidents} from '../../source/timeline/incidents.ts';
import {log, pipeline} from './sights.ts';

const list = (...pipelines: readonly PipelineStatus[]) => new Map(pipelines.map((each) => [each.name, each]));
const brief = (incidents: Incidents) =>
  incidents.all.map(({pipeline: name, kind, all, unseen}) => `${name} ${kind} ${all.count} ${unseen?.count ?? 0}`);

const lostTen = {...noLosses, gaps: 1, atLeast: 10, atMost: 10, gapId: 3};
const lostMore = {...noLosses, gaps: 3, atLeast: 12, atMost: 15, gapId: 40};

describe('of a log', () => {
  it('what it suffered before it was known is history', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a', {toll: lostTen, silent: 'does not answer'}), 1);
    incidents.noteLog(log('a', {toll: lostTen, silent: 'does not answer'}), 2);
    expect(incidents.all).toEqual([]);
  });

  it('losses are summed up, with the first and the last place', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a'), 1);
    incidents.noteLog(log('a', {toll: lostTen}), 2);
    incidents.noteLog(log('a', {toll: lostMore}), 5);
    const sum = {last: {kind: 'lost', gaps: 3, atLeast: 12, atMost: 15}, firstAt: 2, lastAt: 5, firstId: 3, lastId: 40};
    expect(incidents.all).toMatchObject([{pipeline: 'a', kind: 'lost', all: sum, unseen: sum}]);
  });

  it('what was looked at is not unseen; what comes after is, alone', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a'), 1);
    incidents.noteLog(log('a', {toll: lostTen}), 2);
    incidents.markSeen('a');
    expect(incidents.all).toMatchObject([{kind: 'lost', all: {last: {gaps: 1}}, unseen: undefined}]);
    incidents.noteLog(log('a', {toll: lostMore}), 5);
    expect(incidents.all).toMatchObject([
      {all: {last: {gaps: 3}, firstAt: 2, firstId: 3}, unseen: {last: {gaps: 2, atMost: 5}, firstAt: 5, firstId: 40}},
    ]);
  });

  it('it fell silent: for how often and why, and it is over when it is followed again', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a'), 1);
    incidents.noteLog(log('a', {silent: 'refused'}), 2);
    incidents.noteLog(log('a', {silent: 'timed out'}), 3);
    expect(incidents.all).toMatchObject([{kind: 'silent', isOver: false, all: {count: 1, firstAt: 2}}]);
    incidents.noteLog(log('a'), 4);
    expect(incidents.all).toMatchObject([{kind: 'silent', isOver: true, unseen: {count: 1}}]);
    incidents.noteLog(log('a', {silent: 'timed out'}), 5);
    expect(incidents.all).toMatchObject([{isOver: false, unseen: {count: 2, firstAt: 2, lastAt: 5}}]);
    expect(incidents.all[0]?.all.last).toMatchObject({why: 'timed out'});
  });

  it('a log that is closed is forgotten, and known anew when it is open again', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a', {toll: lostMore}), 1);
    incidents.noteLog(log('a', {toll: lostMore, silent: 'refused'}), 2);
    incidents.forget('a');
    incidents.noteLog(log('a'), 3);
    expect(incidents.all).toEqual([]);
    incidents.noteLog(log('a', {toll: lostTen}), 4);
    expect(brief(incidents)).toEqual(['a lost 1 1']);
  });
});

describe('restarts', () => {
  it('of the list count for pipelines that have run', () => {
    const incidents = new Incidents();
    const stopped = pipeline('b', {running: false});
    incidents.noteList(list(pipeline('a'), stopped), 1);
    incidents.noteList(list(pipeline('a', {since: 7}), pipeline('b', {since: 7})), 8);
    incidents.noteList(list(pipeline('a', {since: 9}), {...stopped, since: 8}), 10);
    expect(brief(incidents)).toEqual(['a restarted 2 2']);
    expect(incidents.all[0]?.all).toMatchObject({firstAt: 7, lastAt: 9, firstId: undefined});
    incidents.noteList(list(pipeline('a', {since: 9}), pipeline('b', {since: 20})), 20);
    expect(brief(incidents)).toEqual(['a restarted 2 2', 'b restarted 1 1']);
  });

  it('a pipeline that is gone is forgotten: another one of its name that starts was not restarted', () => {
    const incidents = new Incidents();
    incidents.noteList(list(pipeline('a')), 1);
    incidents.noteList(list(pipeline('a', {since: 5})), 5);
    expect(brief(incidents)).toEqual(['a restarted 1 1']);
    incidents.noteList(list(), 6);
    expect(incidents.all).toEqual([]);
    incidents.noteList(list(pipeline('a', {running: false, since: 7})), 7);
    incidents.noteList(list(pipeline('a', {since: 8})), 8);
    expect(incidents.all).toEqual([]);
  });

  it('of a pipeline that is gone stay as long as its log is open', () => {
    const incidents = new Incidents();
    incidents.noteLog(log('a'), 1);
    incidents.noteLog(log('a', {toll: lostTen}), 2);
    incidents.noteList(list(pipeline('a')), 3);
    incidents.noteList(list(), 4);
    expect(brief(incidents)).toEqual(['a lost 1 1']);
  });

  it('failures and connector errors are told elsewhere', () => {
    const incidents = new Incidents();
    incidents.noteList(list(pipeline('a')), 1);
    incidents.noteList(list(pipeline('a', {failing: 'Failed', running: false, since: 5, connectorErrors: 3})), 6);
    expect(incidents.all).toEqual([]);
  });

  it.each(['the log first', 'the list first'])('that list and log both tell of count once: %s', (order) => {
    const incidents = new Incidents();
    const anew = {...noLosses, lives: 1, lifeId: 8};
    incidents.noteLog(log('a'), 1);
    incidents.noteList(list(pipeline('a')), 1);
    const steps = [
      () => incidents.noteLog(log('a', {toll: anew}), 10),
      () => incidents.noteList(list(pipeline('a', {since: 9})), 12),
    ];
    for (const step of order === 'the log first' ? steps : steps.reverse()) step();
    const sum = {count: 1, firstAt: 9, lastAt: 10, lastId: 8, last: {logCleared: true}};
    expect(incidents.all).toMatchObject([{kind: 'restarted', all: sum, unseen: sum}]);
    incidents.noteList(list(pipeline('a', {since: 20})), 20);
    expect(incidents.all).toMatchObject([{unseen: {count: 2, lastAt: 20, lastId: 8}}]);
  });
});
