/** Lengths of time as people type them: `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number is seconds. */
import { InvalidArgumentError } from 'commander'

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** In milliseconds. For `argParser` of an option. */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? []
  const factor = units[unit === '' ? 's' : unit.toLowerCase()]
  if (number === undefined || factor === undefined) {
    throw new InvalidArgumentError('Write a duration such as 500ms, 30s, 5m or 2h.')
  }
  return Number(number) * factor
}

/** A whole number of at least 1. For `argParser`. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError('Write a whole number of at least 1.')
  }
  return count
}
