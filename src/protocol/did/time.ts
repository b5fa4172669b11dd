/** Times in documents and answers: RFC 3339, as in `2026-11-23T10:00:00Z`. */

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-](\d{2}):(\d{2}))$/

/** Seconds since 1970, rounded down; `undefined` for anything that is no RFC 3339 time. */
export function parseTime(text: string): number | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second, zoneHour, zoneMinute] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  // Date rolls February 30 over into March.
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return undefined
  const inDay = (h = 0, m = 0) => h <= 23 && m <= 59
  if (!inDay(hour, minute) || !inDay(zoneHour, zoneMinute) || (second ?? 60) > 59) return undefined
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? undefined : Math.floor(millis / 1000)
}

/** The form everything here writes: UTC, whole seconds. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
