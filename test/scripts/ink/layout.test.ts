import fc from 'fast-check';
import {expect, test} from 'vitest';
import yoga from '../../../node_modules/yoga-layout/dist/src/index.js';
import layout from '../../../scripts/ink/layout.ts';

/** What Ink calls of a node, and what is the same in both. */
type Node = {
  insertChild(child: Node, index: number): void;
  removeChild(child: Node): void;
  getChildCount(): number;
  setMeasureFunc(measure: (width: number, mode: number) => {width: number; height: number}): void;
  markDirty(): void;
  setWidth(width: number): void;
  setWidthAuto(): void;
  setHeight(height: number): void;
  setHeightAuto(): void;
  setFlexDirection(direction: number): void;
  setFlexShrink(shrink: number): void;
  setDisplay(display: number): void;
  getComputedLeft(): number;
  getComputedTop(): number;
  getComputedWidth(): number;
  getComputedHeight(): number;
  calculateLayout(width: undefined, height: undefined, direction: number): void;
};

type Style = {
  readonly isRow: boolean;
  readonly shrinks: boolean;
  readonly isHidden: boolean;
  readonly width: number | undefined;
  readonly height: number | undefined;
};

type Tree = Style & {
  /** Its lines, in cells, which are cut at the width; undefined: a box. */
  readonly lines: readonly number[] | undefined;
  readonly children: readonly Tree[];
};

const size = (most: number) => fc.option(fc.integer({min: 1, max: most}), {nil: undefined, freq: 2});
const style = {
  isRow: fc.boolean(),
  shrinks: fc.boolean(),
  isHidden: fc.integer({max: 9, min: 0}).map((value) => value === 0),
  width: size(40),
  height: size(6),
};
const lines = fc.array(fc.integer({min: 0, max: 50}), {maxLength: 4});
const {tree} = fc.letrec<{tree: Tree; text: Tree; box: Tree}>((tie) => ({
  tree: fc.oneof({depthSize: 'small', withCrossShrink: true}, tie('text'), tie('box')),
  text: fc.record({
    ...{...style, isRow: fc.constant(true), width: fc.constant(undefined), height: fc.constant(undefined)},
    ...{lines, children: fc.constant([])},
  }),
  box: fc.record({...style, lines: fc.constant(undefined), children: fc.array(tie('tree'), {maxLength: 4})}),
}));

/** The places of all nodes in a terminal of so many columns: first as they are, then when their texts have changed. */
function placesBy(create: () => Node, trees: readonly Tree[], change: {columns: number; longer: number}) {
  const nodes: Node[] = [];
  let longer = 0;
  const root = create();
  for (const each of trees) root.insertChild(nodeOf(each), root.getChildCount());
  const placed = () => {
    root.setWidth(change.columns);
    root.calculateLayout(undefined, undefined, yoga.DIRECTION_LTR);
    return nodes.map((node) => [
      ...[node.getComputedLeft(), node.getComputedTop(), node.getComputedWidth(), node.getComputedHeight()],
    ]);
  };
  const first = placed();
  longer = change.longer;
  for (const [index, each] of nodesOf(trees).entries()) if (each.lines) nodes[index]?.markDirty();
  return {first, changed: placed()};

  function nodeOf({lines: its, children, isRow, shrinks, isHidden, width, height}: Tree): Node {
    const node = create();
    nodes.push(node);
    node.setFlexDirection(isRow ? yoga.FLEX_DIRECTION_ROW : yoga.FLEX_DIRECTION_COLUMN);
    node.setFlexShrink(shrinks ? 1 : 0);
    node.setDisplay(isHidden ? yoga.DISPLAY_NONE : yoga.DISPLAY_FLEX);
    if (width !== undefined) node.setWidth(width);
    if (height !== undefined) node.setHeight(height);
    if (its) {
      node.setMeasureFunc((room, mode) => {
        const cells = Math.max(0, ...its.map((line) => line + longer));
        const cut = mode === yoga.MEASURE_MODE_UNDEFINED ? cells : Math.min(cells, room);
        return {width: cut, height: its.length + (cells > cut ? 1 : 0)};
      });
    }
    for (const child of children) node.insertChild(nodeOf(child), node.getChildCount());
    return node;
  }
}

function nodesOf(trees: readonly Tree[]): readonly Tree[] {
  return trees.flatMap((each) => [each, ...nodesOf(each.children)]);
}

test('rows and columns are placed as by Yoga', () => {
  const change = fc.record({columns: fc.integer({min: 1, max: 100}), longer: fc.integer({min: 0, max: 5})});
  fc.assert(
    fc.property(fc.array(tree, {maxLength: 4}), change, (trees, its) => {
      const theirs = placesBy(() => yoga.Node.create(), trees, its);
      // Where all give up all that they have, Yoga divides by almost nothing.
      fc.pre([...theirs.first, ...theirs.changed].flat().every((cells) => cells < 1000));
      expect(placesBy(() => layout.Node.create(), trees, its)).toEqual(theirs);
    }),
    {numRuns: 2000},
  );
});
