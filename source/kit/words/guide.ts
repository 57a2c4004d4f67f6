/** Advice of Feldera's own guide on an error, as one sentence, and the address of the page. */
export type Advice = {readonly sentence: string; readonly address: string};

/** Source of a text: the compiler, or any other error. */
type Origin = 'compiler' | 'error';

type Entry = Advice & {
  /** Literal text of an error. */
  readonly text: string;
  /** The text means this only there. */
  readonly only?: Origin;
};

const page = 'https://docs.feldera.com/operations/guide/';

/** "Common Error Messages" of Feldera's guide for operators. */
export const guideEntries: readonly Entry[] = [
  {
    text: "Number of checkpoint files '0' is not equal to number of checkpoint metadata parts 'None'",
    sentence:
      "the Delta table uses a feature that delta-rs does not support, such as liquid clustering: set its 'checkpointPolicy' to 'classic'",
    address: `${page}#delta-lake-connection-errors`,
  },
  {
    text: 'likely caused by an Out-Of-Memory (OOM) crash',
    sentence: "each pipeline's container has a memory limit: the page on memory usage says what uses memory",
    address: 'https://docs.feldera.com/operations/memory',
  },
  {
    text: 'StdIo(StorageFull)',
    sentence: 'increase the storage of the pipeline with "storage_mb_max" in its "resources" (default 30 GB)',
    address: `${page}#out-of-storage-errors`,
  },
  {
    text: 'Unable to write to the binary store: the storage volume is full',
    sentence: 'an operator has to grow the compiler volume, or delete unused pipelines; then save the program again',
    address: `${page}#compiler-binary-store`,
  },
  {
    text: 'Unable to write to the binary store: the storage volume is read-only',
    sentence: 'the disk failed: an operator has to repair or replace it; then save the program again',
    address: `${page}#compiler-binary-store`,
  },
  {
    text: 'No space left on device',
    only: 'compiler',
    sentence: 'the compiler server needs more disk space: "compilerPvcStorageSize" of the Helm chart (default 20Gi)',
    address: `${page}#rust-compilation-errors`,
  },
];

/** Advice on a pipeline that is unavailable without an error in its log: no text tells of that. */
export const evictionAdvice: Advice = {
  sentence:
    'Kubernetes may have evicted the pod: "kubectl describe pod" then says "Reason: Evicted"; reserve CPU and memory for the pipeline',
  address: `${page}#kubernetes-evictions`,
};

/** Finds the guide's advice on the first of its texts that is in this one; undefined: there is none. */
export function adviceFor(text: string, origin: Origin = 'error'): Advice | undefined {
  const entry = guideEntries.find((each) => (each.only ?? origin) === origin && text.includes(each.text));
  return entry && {sentence: entry.sentence, address: entry.address};
}

/** `Feldera's guide: increase … · https://…`. */
export function adviceWords({sentence, address}: Advice): string {
  return `Feldera's guide: ${sentence} · ${address}`;
}
