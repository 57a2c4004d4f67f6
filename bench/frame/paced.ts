/**
 * Does something `count` times, `rate` times a second, as evenly as the waits allow. What fell behind is made up for, so
 * that the whole takes as long as it has to.
 */
export async function paced(
  count: number,
  rate: number,
  {
    now,
    wait,
    act,
  }: {
    /** Milliseconds. */
    now: () => number;
    wait: () => Promise<unknown>;
    act: (index: number) => void;
  },
): Promise<void> {
  const begun = now();
  for (let done = 0; done < count; ) {
    await wait();
    const due = Math.min(count, Math.floor(((now() - begun) * rate) / 1000));
    for (; done < due; done++) act(done);
  }
}
