/** What the gateway decided, one line each. */
import { stringify } from '../../base/printer.ts'

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly t: number
  readonly instance: string
  /** DID of the app. */
  readonly did: string
  /** Capability; `-` where the request names none there is. */
  readonly service: string
  /** Method of the capability, or of HTTP where it names none. */
  readonly verb: string
  readonly target?: string
  readonly decision: 'allow' | 'deny'
  /** Code of the error, of denials and of allowed calls that did not succeed. */
  readonly reason?: string
  /** Of the body. */
  readonly bytes: number
  /** Who answered, and whether that was local, near or distant. */
  readonly provider?: string
  readonly placement?: string
}

const LONGEST_TEXT = 256

/** JSON in printable ASCII, whatever a DApp put into it, without a line end. */
export function auditLine(entry: AuditEntry): string {
  return stringify(entry).replace(/[^\x20-\x7e]/g, (found) => {
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A DApp's own text, cut to what a log needs. */
export function shortText(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
