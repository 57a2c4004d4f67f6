/** Things that apply to the next few requests and are then used up, oldest first. */
export class LimitedUses<T> {
  #waiting: {readonly item: T; left: number}[] = [];

  add(item: T, times: number): void {
    this.#waiting.push({item, left: times});
  }

  /** The oldest that `matches`; one use of it is gone. */
  take(matches: (item: T) => boolean): T | undefined {
    const found = this.#waiting.find(({item}) => matches(item));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#waiting = this.#waiting.filter((each) => each !== found);
    return found.item;
  }

  clear(): void {
    this.#waiting = [];
  }
}
