/** A size in MiB, rounded down: `512 MiB`. */
export function mib(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
