import enums from '../../node_modules/yoga-layout/dist/src/generated/YGEnums.js';

/**
 * Replaces Yoga in the bundle, see `faster-ink.mjs`: places rows and columns of boxes and texts as Yoga does, for the styles
 * that our components have; with any other, Ink calls what is not there. Yoga is WebAssembly, which is compiled anew at
 * each start, and for which V8 keeps megabytes. Children that are absolute are not placed: lines for a screen reader.
 */
export default {...enums, Node: {create: () => new LayoutNode()}};

/** What a node gets in one direction; undefined: as much as it needs. */
type Room = {readonly cells: number | undefined; readonly isExact: boolean};

/** Cells, before they are rounded to whole ones. */
type Extent = {readonly width: number; readonly height: number};

type Measure = (width: number, widthMode: number, height: number, heightMode: number) => Extent;

const noRoom: Room = {cells: undefined, isExact: false};

class LayoutNode {
  readonly #children: LayoutNode[] = [];
  #width: number | undefined;
  #height: number | undefined;
  #isRow = false;
  #shrinks = false;
  #isAbsolute = false;
  #isHidden = false;
  #measure: Measure | undefined;
  /** Of a text: what it was measured for, and the result. */
  #measured: {readonly width: Room; readonly height: Room; readonly extent: Extent} | undefined;
  /** Within the parent, as calculated; then rounded. */
  #exact = {left: 0, top: 0, width: 0, height: 0};
  #placed = {left: 0, top: 0, width: 0, height: 0};

  insertChild(child: LayoutNode, index: number): void {
    this.#children.splice(index, 0, child);
  }

  removeChild(child: LayoutNode): void {
    this.#children.splice(this.#children.indexOf(child), 1);
  }

  getChildCount(): number {
    return this.#children.length;
  }

  setMeasureFunc(measure: Measure): void {
    this.#measure = measure;
  }

  unsetMeasureFunc(): void {
    this.#measure = undefined;
  }

  markDirty(): void {
    this.#measured = undefined;
  }

  free(): void {}

  freeRecursive(): void {}

  setWidth(width: number): void {
    this.#width = width;
  }

  setWidthAuto(): void {
    this.#width = undefined;
  }

  setHeight(height: number): void {
    this.#height = height;
  }

  setHeightAuto(): void {
    this.#height = undefined;
  }

  setFlexDirection(direction: number): void {
    this.#isRow = oneOf(direction, enums.FLEX_DIRECTION_ROW, enums.FLEX_DIRECTION_COLUMN);
  }

  setFlexShrink(shrink: number): void {
    this.#shrinks = oneOf(shrink, 1, 0);
  }

  setPositionType(type: number): void {
    this.#isAbsolute = oneOf(type, enums.POSITION_TYPE_ABSOLUTE, enums.POSITION_TYPE_RELATIVE);
  }

  setDisplay(display: number): void {
    this.#isHidden = oneOf(display, enums.DISPLAY_NONE, enums.DISPLAY_FLEX);
  }

  setFlexGrow(grow: number): void {
    oneOf(grow, 0, 0);
  }

  setFlexWrap(wrap: number): void {
    oneOf(wrap, enums.WRAP_NO_WRAP, enums.WRAP_NO_WRAP);
  }

  getDisplay(): number {
    return this.#isHidden ? enums.DISPLAY_NONE : enums.DISPLAY_FLEX;
  }

  getComputedLeft(): number {
    return this.#placed.left;
  }

  getComputedTop(): number {
    return this.#placed.top;
  }

  getComputedWidth(): number {
    return this.#placed.width;
  }

  getComputedHeight(): number {
    return this.#placed.height;
  }

  getComputedBorder(): number {
    return 0;
  }

  getComputedPadding(): number {
    return 0;
  }

  /** Of the root. */
  calculateLayout(): void {
    const room = [roomOf(this.#width, noRoom), roomOf(this.#height, noRoom)] as const;
    this.#exact = {left: 0, top: 0, ...this.#place(...room)};
    this.#round(0, 0);
  }

  /** Places the children, and returns the node's own extent. */
  #place(width: Room, height: Room): Extent {
    if (this.#measure) return this.#measureText(this.#measure, width, height);
    const shown = this.#children.filter((child) => !child.#isHidden && !child.#isAbsolute);
    const [main, cross] = this.#isRow ? [width, height] : [height, width];
    const sizes = this.#mainSizes(shown, main, cross);
    let end = 0;
    let most = 0;
    for (const [index, child] of shown.entries()) {
      const size = sizes[index] ?? 0;
      const extent = this.#placeChild(child, size, roomOf(this.#crossOf(child), cross));
      child.#exact = {...extent, left: this.#isRow ? end : 0, top: this.#isRow ? 0 : end};
      end += size;
      most = Math.max(most, this.#isRow ? extent.height : extent.width);
    }
    const crossSize = cross.isExact ? (cross.cells ?? most) : most;
    for (const child of shown) this.#stretch(child, crossSize);
    const mainSize = main.isExact ? (main.cells ?? end) : end;
    return this.#isRow ? {width: mainSize, height: crossSize} : {width: crossSize, height: mainSize};
  }

  /** The sizes of the children in the node's direction: what each needs, less what those give up that shrink. */
  #mainSizes(shown: readonly LayoutNode[], main: Room, cross: Room): readonly number[] {
    const needed = shown.map((child) => {
      const own = this.#isRow ? child.#width : child.#height;
      if (own !== undefined) return own;
      const across = roomOf(this.#crossOf(child), cross);
      const along = {cells: main.cells, isExact: false};
      if (!child.#measure && main.cells === 0 && (across.isExact || across.cells === 0)) return 0;
      const extent = this.#isRow ? child.#place(along, across) : child.#place(across, along);
      return this.#isRow ? extent.width : extent.height;
    });
    const lacking = main.isExact && main.cells !== undefined ? sumOf(needed) - main.cells : 0;
    const shrinking = sumOf(shown.map((child, index) => (child.#shrinks ? (needed[index] ?? 0) : 0)));
    if (lacking <= 0 || shrinking === 0) return needed;
    return shown.map((child, index) => {
      const size = needed[index] ?? 0;
      return child.#shrinks ? Math.max(0, size - (lacking * size) / shrinking) : size;
    });
  }

  #placeChild(child: LayoutNode, size: number, across: Room): Extent {
    const along = {cells: size, isExact: true};
    return this.#isRow ? child.#place(along, across) : child.#place(across, along);
  }

  /** All children are as wide or as high as the node. */
  #stretch(child: LayoutNode, size: number): void {
    if (this.#crossOf(child) !== undefined) return;
    const {width, height, left, top} = child.#exact;
    const [along, across] = this.#isRow ? [width, height] : [height, width];
    if (across !== size) child.#exact = {left, top, ...this.#placeChild(child, along, {cells: size, isExact: true})};
  }

  #crossOf(child: LayoutNode): number | undefined {
    return this.#isRow ? child.#height : child.#width;
  }

  #measureText(measure: Measure, width: Room, height: Room): Extent {
    if (width.isExact && height.isExact) return {width: width.cells ?? 0, height: height.cells ?? 0};
    const known = this.#measured;
    if (known && isSame(known.width, width) && isSame(known.height, height)) return known.extent;
    const found = measure(width.cells ?? Number.NaN, modeOf(width), height.cells ?? Number.NaN, modeOf(height));
    const extent = {
      width: width.isExact ? (width.cells ?? 0) : found.width,
      height: height.isExact ? (height.cells ?? 0) : found.height,
    };
    this.#measured = {width, height, extent};
    return extent;
  }

  /** To whole cells. What is next to each other stays so; a text never gets less than it needs. */
  #round(parentLeft: number, parentTop: number): void {
    const {left, top, width, height} = this.#exact;
    const [fromLeft, fromTop] = [parentLeft + left, parentTop + top];
    const isText = this.#measure !== undefined;
    const start = isText ? floor : round;
    const endOf = (from: number, cells: number) =>
      isText ? (floor(cells) === ceil(cells) ? floor(from + cells) : ceil(from + cells)) : round(from + cells);
    this.#placed = {
      left: start(left),
      top: start(top),
      width: endOf(fromLeft, width) - start(fromLeft),
      height: endOf(fromTop, height) - start(fromTop),
    };
    for (const child of this.#children) child.#round(fromLeft, fromTop);
  }
}

/** Less than that is a fault of calculation. */
const least = 1e-4;
const floor = (cells: number) => Math.floor(cells + least);
const ceil = (cells: number) => Math.ceil(cells - least);
const round = (cells: number) => Math.floor(cells + 0.5 + least);

function roomOf(own: number | undefined, other: Room): Room {
  return own === undefined ? other : {cells: own, isExact: true};
}

function isSame(one: Room, other: Room): boolean {
  return one.cells === other.cells && one.isExact === other.isExact;
}

function modeOf({cells, isExact}: Room): number {
  if (cells === undefined) return enums.MEASURE_MODE_UNDEFINED;
  return isExact ? enums.MEASURE_MODE_EXACTLY : enums.MEASURE_MODE_AT_MOST;
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whether the value of a style is the first; throws if it is neither. */
function oneOf(value: number, yes: number, no: number): boolean {
  if (value === yes) return true;
  if (value === no) return false;
  throw new Error(`no component of ours has a style of this kind: ${value}`);
}
