const pattern = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/i;
/** Milliseconds of a day, an hour, a minute and a second. */
const units = [86_400_000, 3_600_000, 60_000, 1000];

/** Reads `90s`, `10m`, `1h30m`, `1d 2h` as milliseconds, the larger units first; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const parts = pattern.exec(text.replaceAll(' ', ''))?.slice(1);
  return parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0);
}
