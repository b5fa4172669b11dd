import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElaError } from '../../../src/base/errors.ts'
import { parseQuery } from '../../../src/wallet/intents/query.ts'
import { fails } from '../../support/fails.ts'

const test = suite('queries for credentials')

const credential = {
  id: 'did:elastos:iA#email',
  type: ['EmailCredential', 'VerifiableCredential'],
  credentialSubject: { id: 'did:elastos:iA', grade: 'A', age: 30, verified: true },
}

function matches(condition: string): boolean {
  return parseQuery(`$[?(${condition})]`)(credential)
}

test('the queries of the connectivity library are understood', () => {
  assert.ok(matches("@.type.indexOf('EmailCredential') >= 0"))
  assert.not(matches("@.type.indexOf('NameCredential') >= 0"))
  assert.ok(matches('@.id == "email" || @.id.match(/#email$/)'))
  assert.not(matches('@.id == "mail" || @.id.match(/#mail$/)'))
  assert.ok(matches('@.type.indexOf("EmailCredential")>=0 && @.credentialSubject.grade == "A"'))
  assert.not(matches('@.type.indexOf("EmailCredential")>=0 && @.credentialSubject.grade == "B"'))
})

test('conditions are combined and compared', () => {
  assert.ok(matches('(@.credentialSubject.age == 30) && @.credentialSubject.verified == true'))
  assert.ok(matches("@.credentialSubject.grade != 'B' && @.id"))
  assert.ok(matches("@.type.indexOf('X') == -1"))
  assert.not(matches('@.nothing.at.all'))
  assert.not(matches("@.nothing.indexOf('x') != 5"))
  assert.ok(matches('@.nothing || @.id && @.type'))
  assert.ok(matches('@.id.match(/^did:elastos:iA#email$/)'))
})

test('other forms are refused, and nothing is run', async () => {
  for (const query of [
    '$..*',
    '$[?(process.exit(1))]',
    "$[?(@.constructor.constructor('return process')())]",
    '$[?(@.id == )]',
    "$[?(@.id == 'a' &&)]",
    '$[?((@.id)]',
    '$[?(@.id.match(/(a+)+$/))]',
    `$[?(${'('.repeat(50)}@.id${')'.repeat(50)})]`,
    `$[?(@.id == '${'a'.repeat(3000)}')]`,
  ]) {
    await fails('intent/badQuery', () => parseQuery(query))
  }
  assert.not(matches('@.constructor'))
  assert.not(matches('@.type.length'))
})

test('no text makes the reader crash or hang', () => {
  const piece = fc.constantFrom(
    ...['@.id', '@.a.b', "'x'", '"y"', '==', '&&', '||', '(', ')', '.match(/a/)', '1', ' '],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        parseQuery(`$[?(${pieces.join('')})]`)(credential)
      } catch (error) {
        assert.ok(error instanceof ElaError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})

test.run()
