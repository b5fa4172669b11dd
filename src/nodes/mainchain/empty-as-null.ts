/** Lists that the real node builds by appending are null when nothing was appended. */
export function emptyAsNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items
}
