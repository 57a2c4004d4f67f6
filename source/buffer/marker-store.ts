import type {Marker} from './marker.ts';

/** The markers of a log buffer under their ids. */
export class MarkerStore {
  /** In the order of their ids. */
  readonly #markers = new Map<number, Marker>();
  #lastId = -1;

  get(id: number): Marker | undefined {
    return this.#markers.get(id);
  }

  last(): {id: number; marker: Marker} | undefined {
    const marker = this.#markers.get(this.#lastId);
    return marker && {id: this.#lastId, marker};
  }

  entries(): Iterable<readonly [id: number, marker: Marker]> {
    return this.#markers.entries();
  }

  /** `id` is above all others. */
  add(id: number, marker: Marker): void {
    this.#markers.set(id, marker);
    this.#lastId = id;
  }

  /** Answers false, and changes nothing, if there is no marker under `id`. */
  replace(id: number, marker: Marker): boolean {
    const isHeld = this.#markers.has(id);
    if (isHeld) this.#markers.set(id, marker);
    return isHeld;
  }

  dropBelow(id: number): void {
    for (const markerId of this.#markers.keys()) {
      if (markerId >= id) return;
      this.#markers.delete(markerId);
    }
  }
}
