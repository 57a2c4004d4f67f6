import assert from 'node:assert/strict';
import type {MarkerKind} from '../../source/buffer/markers.ts';
import type {Life} from './ring-model.ts';

/** What the sink was told. */
export type Event =
  | {readonly kind: 'append'; readonly bytes: Buffer}
  | {readonly kind: 'close'}
  | {readonly kind: 'marker'; readonly marker: MarkerKind};

/** What is true of a body whose place the stitch has decided; compared with the markers afterwards. */
export type Truth = {
  readonly first: boolean;
  readonly life: Life;
  /** The life that was followed before. */
  readonly before: Life | undefined;
  readonly index: number;
  /** Entries of the same life that were never received. */
  readonly lost: number;
  /** Bytes of the replay that were known, and that the stitch took to be known. */
  readonly knownBytes: number;
  readonly skippedBytes: number;
  /** Lines that were shown again. */
  readonly repeated: number;
  /** So many known lines, when it was decided, have dates that nothing else has; 0 in a history with other lines. */
  readonly datedLines: number;
  /** Every entry is one dated line: neither the bytes nor the index leave anything to guess. */
  readonly singleLines: boolean;
  /** The first line or the caller says which pipeline it is. */
  readonly namesPipeline: boolean;
};

/** A marker never splits a line, and a line that is closed is marked as cut, whatever else happened. */
export function checkOrder(events: readonly Event[]): void {
  let open = false;
  let closed = false;
  for (const event of events) {
    switch (event.kind) {
      case 'append':
        assert.ok(event.bytes.length > 0 && !closed);
        open = event.bytes.at(-1) !== 0x0a;
        break;
      case 'close':
        assert.ok(open, 'closed a line that is not open');
        open = false;
        closed = true;
        break;
      case 'marker':
        assert.ok(!open, `${event.marker.kind} within a line`);
        assert.equal(event.marker.kind === 'line-cut', closed);
        closed = false;
        break;
    }
  }
}

/** Each decided body has its markers, in order, and they tell the truth. */
export function checkClaims(events: readonly Event[], truths: readonly Truth[]): void {
  const markers = events.flatMap((event) =>
    event.kind === 'marker' && event.marker.kind !== 'line-cut' ? event.marker : [],
  );
  for (const truth of truths) {
    if (!truth.first) checkReconnect(truth, markers);
    else assert.equal(truth.skippedBytes, 0);
  }
  // `discarded` belongs to the first connection and to new lives; checked there by taking it.
  assert.deepEqual(
    markers.filter(({kind}) => kind !== 'discarded'),
    [],
  );
}

function checkReconnect(truth: Truth, markers: MarkerKind[]): void {
  const same = truth.life === truth.before;
  let marker = markers.shift();
  if (marker?.kind === 'discarded') marker = markers.shift();
  if (same) assert.ok(truth.skippedBytes <= truth.knownBytes, 'lost lines that were there');
  switch (marker?.kind) {
    case 'reconnected':
      assert.ok(same, 'proved the same life, of another');
      assert.equal(truth.lost, 0);
      assert.equal(truth.skippedBytes, truth.knownBytes);
      return;
    case 'lost': {
      const repeat = markers[0]?.kind === 'possible-repeat' ? markers.shift() : undefined;
      const repeated = repeat?.kind === 'possible-repeat' ? repeat.lines : 0;
      assert.ok(marker.from <= marker.to);
      if (truth.singleLines) {
        assert.equal(repeat, undefined, 'shown twice');
        assert.equal(marker.atLeast, marker.atMost, 'nothing to guess');
      }
      if (!same) return;
      assert.ok(truth.datedLines < 2, 'did not see the proof');
      assert.ok(marker.atLeast <= truth.lost && truth.lost <= marker.atMost, `${truth.lost} lost`);
      assert.ok(truth.repeated <= repeated, `${truth.repeated} repeated`);
      return;
    }
    case 'new-life': {
      const because = truth.before?.pipelineId === truth.life.pipelineId ? 'restarted' : 'created-again';
      assert.ok(!same, 'took the same life for another');
      assert.equal(truth.skippedBytes, 0);
      if (truth.namesPipeline)
        assert.ok(marker.because === because || (because === 'restarted' && marker.because === 'cleared'));
      const discarded = truth.index > 0 ? markers.shift() : undefined;
      assert.deepEqual(discarded, truth.index > 0 ? {kind: 'discarded', entries: truth.index} : undefined);
      return;
    }
    default:
      assert.fail(`a reconnect without its marker: ${marker?.kind}`);
  }
}
