import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cleanLine, LineSplitter } from '../../src/supervisor/lines.ts'

const test = suite('supervisor/lines')
const esc = String.fromCharCode(27)
const colour = new RegExp(`${esc}\\[[0-9;]*m`, 'g')

function split(chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => void lines.push(line))
  for (const chunk of chunks) splitter.write(Buffer.from(chunk))
  splitter.end()
  return lines
}

test('gives the same lines however the bytes are cut', () => {
  const bytes = Buffer.from('eins\nzwei ü 🙂\r\n\ndrei')
  for (let at = 0; at <= bytes.length; at += 1) {
    const lines = split([bytes.subarray(0, at), bytes.subarray(at)])
    assert.equal(lines, ['eins', 'zwei ü 🙂', '', 'drei'])
  }
})

test('cuts a line without end instead of keeping all of it', () => {
  const long = Buffer.alloc(100_000, 'x')
  const lines = split([...Array.from({ length: 50 }, () => long), Buffer.from('\nnext\n')])
  assert.is(lines.length, 2)
  assert.is(lines[0]?.length, 16 * 1024 + 1)
  assert.is(lines[1], 'next')
})

test('keeps colours and takes out everything else a terminal would obey', () => {
  const cases: readonly [string, string][] = [
    ['\u001b[1;31mred\u001b[0m', '\u001b[1;31mred\u001b[0m'],
    ['\u001b[2J\u001b[Hclear', 'clear'],
    ['\u001b[?1049hscreen\u001b[?25l', 'screen'],
    ['\u001b[>4;2mkeys', 'keys'],
    ['\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b', 'ab'],
    ['\u001bPdevice\u001b\\c', 'c'],
    ['\u001bcreset', 'reset'],
    ['bell\u0007 back\u0008 nul\u0000 c1\u009b', 'bell back nul c1'],
    ['10%\r50%\r100%', '100%'],
    ['tab\tstays', 'tab\tstays'],
    ['\u001b', ''],
  ]
  for (const [raw, clean] of cases) assert.is(cleanLine(raw), clean, JSON.stringify(raw))
})

test('leaves no escape but colour in whatever a program prints', () => {
  const piece = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    '0',
    ';',
    'm',
    'J',
    '?',
    '\u0007',
    '\u009b',
    'a',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const left = cleanLine(pieces.join('')).split(colour).join('')
      const obeyed = [...left].filter((one) => one < ' ' || (one >= '\u007f' && one <= '\u009f'))
      assert.equal(obeyed, [])
    }),
    { numRuns: 2_000 },
  )
})

test.run()
