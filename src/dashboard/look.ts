/** Symbols, columns and words of the picture. Colour is never the only signal. */
import cliTruncate from 'cli-truncate'
import type { SandboxLevel } from '../runtime/instance-status.ts'
import { duration, type NodeStatus } from './state.ts'

export interface Look {
  readonly unicode: boolean
  readonly color: boolean
}

/** What the terminal can show, from its environment. */
export function lookOf(env: Readonly<Record<string, string | undefined>>): Look {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  const unicode = /utf-?8/i.test(locale) || process.platform === 'darwin'
  return { unicode: unicode && env['TERM'] !== 'linux', color: (env['NO_COLOR'] ?? '') === '' }
}

const marks: Readonly<
  Record<NodeStatus, readonly [unicode: string, ascii: string, color: string]>
> = {
  waiting: ['·', '.', 'gray'],
  starting: ['◌', 'o', 'yellow'],
  ready: ['●', '*', 'green'],
  restarting: ['↻', '~', 'yellow'],
  stopped: ['○', '-', 'gray'],
  failed: ['✗', 'x', 'red'],
}

export function markOf(
  status: NodeStatus,
  look: Look,
): { readonly mark: string; readonly paint: { readonly color?: string } } {
  const [unicode, ascii, color] = marks[status]
  return { mark: look.unicode ? unicode : ascii, paint: look.color ? { color } : {} }
}

const signs: Readonly<Record<string, string>> = {
  '…': '~',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '·': '-',
  '×': 'x',
}

/** Our own signs as ASCII of the same width. */
export function ascii(text: string): string {
  return text.replace(/[…→↑↓·×]/g, (sign) => signs[sign] ?? sign)
}

/** Text cut or padded to exactly `width` columns, counting wide characters as two. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (width <= 0) return ''
  const cut = cliTruncate(text, width)
  const missing = Math.max(0, width - columnsOf(cut))
  return align === 'left' ? cut + ' '.repeat(missing) : ' '.repeat(missing) + cut
}

/** A title with a rule to the right edge. */
export function rule(title: string, width: number, look: Look): string {
  const line = look.unicode ? '─' : '-'
  const head = `${line}${line} ${title} `
  return fit(head + line.repeat(Math.max(0, width - columnsOf(head))), width)
}

/** What stands between a DApp and the machine, in words. */
export function wallsText(level: SandboxLevel): string {
  return level === 'page' ? 'in browsers only' : `level ${level}`
}

export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : `${Math.round(bytes / 1_048_576)} MB`
}

export function milliseconds(ms: number | undefined): string {
  return ms === undefined ? '' : duration(Math.max(1, ms))
}

/** `14:03:09` in local time. */
export function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8)
}

/**
 * Columns a text takes. cli-truncate knows how to measure but only cuts; a text is as wide as the
 * least width that leaves it whole. Plain ASCII, nearly everything here, is measured directly.
 */
function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const { segment } of segments.segment(text)) columns += isWide(segment) ? 2 : 1
  return columns
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })

function isWide(segment: string): boolean {
  return cliTruncate(segment, 1) !== segment
}
