/** In [0, 1). */
export const systemRandom = (): number => Math.random();
