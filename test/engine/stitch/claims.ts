import assert from 'node:assert/strict';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import type {Epoch} from './ring-model.ts';

/** What is true of a body whose place the stitch has decided; compared with the markers afterwards. */
export type Truth = {
  readonly first: boolean;
  readonly epoch: Epoch;
  /** The epoch that was followed before. */
  readonly before: Epoch | undefined;
  readonly index: number;
  /** Entries of the same epoch that were never received. */
  readonly lost: number;
  /** Bytes of the replay that were old, and that the stitch skipped as old. */
  readonly oldBytes: number;
  readonly skippedBytes: number;
  /** Lines that were shown again. */
  readonly repeated: number;
  /** Old lines with dates that nothing else has, when it was decided; 0 in a history with other lines. */
  readonly datedLines: number;
  /** Every entry is one dated line: neither the bytes nor the index leave anything to guess. */
  readonly singleLines: boolean;
};

/** Each decided body has its markers, in order, and they are true. */
export function checkClaims(all: readonly Marker[], truths: readonly Truth[]): void {
  const markers = all.filter(({kind}) => kind !== 'line-cut');
  for (const truth of truths) {
    if (!truth.first) checkReconnect(truth, markers);
    else assert.equal(truth.skippedBytes, 0);
  }
  // `discarded` belongs to the first connection and to new epochs; checked there by taking it.
  assert.deepEqual(
    markers.filter(({kind}) => kind !== 'discarded'),
    [],
  );
}

function checkReconnect(truth: Truth, markers: Marker[]): void {
  const same = truth.epoch === truth.before;
  let marker = markers.shift();
  if (marker?.kind === 'discarded') marker = markers.shift();
  if (same) assert.ok(truth.skippedBytes <= truth.oldBytes, 'lost lines that were there');
  switch (marker?.kind) {
    case 'reconnected':
      assert.ok(same, 'proved the same epoch, of another');
      assert.equal(truth.lost, 0);
      assert.equal(truth.skippedBytes, truth.oldBytes);
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
      const because = truth.before?.pipelineId === truth.epoch.pipelineId ? 'restarted' : 'created-again';
      assert.ok(!same, 'took the same epoch for another');
      assert.equal(truth.skippedBytes, 0);
      assert.ok(marker.because === because || (because === 'restarted' && marker.because === 'cleared'));
      const discarded = truth.index > 0 ? markers.shift() : undefined;
      assert.deepEqual(discarded, truth.index > 0 ? {kind: 'discarded', entries: truth.index, at: 0} : undefined);
      return;
    }
    default:
      assert.fail(`a reconnect without its marker: ${marker?.kind}`);
  }
}
